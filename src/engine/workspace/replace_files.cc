#include "engine/workspace/replace_files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace eka::engine {
namespace {

constexpr const char* journal_name = ".eka-replace";
constexpr const char* suffix = ".eka-new";

[[noreturn]] void throw_errno(const std::string& what, const std::filesystem::path& path) {
  throw Error(Kind::failure, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0644)
      : path_(path), descriptor_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (descriptor_ < 0) throw_errno("open", path);
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void set_mode(mode_t mode) { (void)fchmod(descriptor_, mode); }
  void sync() {
    if (fsync(descriptor_) != 0) throw_errno("sync", path_);
  }

 private:
  std::filesystem::path path_;
  int descriptor_;
};

void sync_directory(const std::filesystem::path& directory) {
  File(directory, O_RDONLY | O_DIRECTORY).sync();
}

std::filesystem::path beside(const std::filesystem::path& path) {
  return path.string() + suffix;
}

// Where the content really goes: the target of a link, not the link.
std::filesystem::path target(const std::filesystem::path& path) {
  return std::filesystem::is_symlink(path) ? std::filesystem::canonical(path) : std::filesystem::absolute(path);
}

void write_durably(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  File file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  file.write(content);
  file.set_mode(mode);
  file.sync();
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0644;
}

void rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw_errno("replace", to);
}

}  // namespace

void replace_files(const std::vector<Replacement>& files) {
  if (files.empty()) return;
  std::vector<std::filesystem::path> targets;
  std::string journal;
  for (const auto& file : files) {
    targets.push_back(target(file.path));
    journal += targets.back().string() + '\0';
  }
  const auto directory = targets.front().parent_path();
  finish_replacing(directory);
  for (std::size_t i = 0; i < files.size(); ++i) {
    write_durably(beside(targets[i]), files[i].content, mode_of(targets[i]));
    sync_directory(targets[i].parent_path());
  }
  // From the moment the journal has its name, the replacement will happen.
  const auto journal_path = directory / journal_name;
  write_durably(beside(journal_path), journal, 0644);
  rename_over(beside(journal_path), journal_path);
  sync_directory(directory);
  finish_replacing(directory);
}

void finish_replacing(const std::filesystem::path& directory) {
  const auto journal_path = directory / journal_name;
  std::ifstream file(journal_path, std::ios::binary);
  if (!file) return;
  const std::string journal(std::istreambuf_iterator<char>(file), {});
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = journal.find('\0', begin)) != std::string::npos; begin = end + 1) {
    const std::filesystem::path path = journal.substr(begin, end - begin);
    // What is no longer beside its file was renamed before the kill.
    if (std::filesystem::exists(beside(path))) rename_over(beside(path), path);
    sync_directory(path.parent_path());
  }
  std::filesystem::remove(journal_path);
}

}  // namespace eka::engine
