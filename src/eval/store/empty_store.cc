#include "eval/store/empty_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Far more than Nix creates in an empty store.
constexpr std::uintmax_t largest_file = 1 << 20;
constexpr std::size_t most_entries = 100;

constexpr std::string_view database = "/nix/var/nix/db/db.sqlite";
constexpr std::string_view schema = "/nix/var/nix/db/schema";

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

EmptyStore EmptyStore::read(const fs::path& made) {
  EmptyStore store;
  std::error_code ignored;
  for (fs::recursive_directory_iterator entry(made, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string path = entry->path().string().substr(made.string().size());
    const fs::file_type type = entry->symlink_status(ignored).type();
    // Entries specific to this machine are omitted: symlinks, which contain the location of the store, and these
    // directories, which contain its user. Nix creates its own.
    if (entry->path().parent_path().filename() == "per-user") continue;
    if (type == fs::file_type::directory) store.directories_.push_back(path);
    if (type != fs::file_type::regular) continue;
    if (entry->file_size(ignored) > largest_file) return {};
    store.files_.push_back({path, content_of(entry->path())});
    if (store.directories_.size() + store.files_.size() > most_entries) return {};
  }
  const auto holds = [&](std::string_view path, std::string_view beginning) {
    return std::ranges::any_of(
        store.files_, [&](const File& file) { return file.path == path && file.content.starts_with(beginning); });
  };
  if (!holds(database, "SQLite format 3") || !holds(schema, "10")) return {};
  return store;
}

void EmptyStore::write(const fs::path& store) const {
  const auto refuse = [&] {
    throw Error(Kind::failure, "cannot write to " + store.string() + ": " + std::strerror(errno));
  };
  for (const std::string& directory : directories_) {
    if (::mkdir((store.string() + directory).c_str(), 0755) != 0) refuse();
  }
  for (const File& file : files_) {
    const std::string path = store.string() + file.path;
    const coro::Descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (made.get() < 0) refuse();
    if (::write(made.get(), file.content.data(), file.content.size()) != static_cast<ssize_t>(file.content.size())) {
      refuse();
    }
  }
}

}  // namespace eka::eval
