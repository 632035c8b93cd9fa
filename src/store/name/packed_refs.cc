#include "store/name/packed_refs.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eka::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 256U << 20;
// git takes less time to write the file.
constexpr std::int64_t abandoned_after = 60;
// Another process holds the lock while it writes a file. If that process is stopped, others wait no longer than this.
constexpr std::chrono::seconds longest_wait{2};
constexpr std::chrono::milliseconds pause{5};
constexpr const char* cannot_write_refs = "cannot write refs to the cache";

std::vector<PackedName> parse(std::string_view text) {
  std::vector<PackedName> out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // "<id> <name>"; other lines begin with "#" or "^".
    if (line.size() < 42 || line[40] != ' ') continue;
    if (const auto id = atom::ObjectId::parse(line.substr(0, 40))) out.push_back({std::string(line.substr(41)), *id});
  }
  std::ranges::sort(out);
  return out;
}

bool is_abandoned(const fs::path& file) {
  struct stat status{};
  return ::lstat(file.c_str(), &status) == 0 && status.st_mtime + abandoned_after < ::time(nullptr);
}

}  // namespace

FileDescriptor take_names_lock(const fs::path& git_directory) {
  FileDescriptor file(::open((git_directory / "names.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  auto left = longest_wait / pause;
  while (file && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    const bool is_held = errno == EWOULDBLOCK;
    if (!is_held && errno != EINTR) return {};
    if (left-- <= 0) return {};
    if (is_held) std::this_thread::sleep_for(pause);
  }
  return file;
}

std::optional<PackedRefs::Stamp> PackedRefs::stamp() const {
  struct stat status{};
  if (::stat(file().c_str(), &status) != 0) return std::nullopt;
  return Stamp{status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

PackedRefs::Names PackedRefs::names() const {
  const std::scoped_lock lock(mutex_);
  const auto now = stamp();
  if (!now) return std::make_shared<const std::vector<PackedName>>();
  if (!read_ || read_as_ != *now) {
    read_ = std::make_shared<const std::vector<PackedName>>(parse(read_file(file(), longest).value_or("")));
    read_as_ = *now;
  }
  return read_;
}

std::optional<atom::ObjectId> PackedRefs::find(const Names& names, const std::string& name) {
  const auto found = std::ranges::lower_bound(*names, name, {}, &PackedName::name);
  return found != names->end() && found->name == name ? std::optional(found->rev) : std::nullopt;
}

std::vector<PackedName> PackedRefs::below(const Names& names, const std::string& prefix) {
  std::vector<PackedName> out;
  for (auto each = std::ranges::lower_bound(*names, prefix, {}, &PackedName::name);
       each != names->end() && each->name.starts_with(prefix); ++each) {
    out.push_back({each->name.substr(prefix.size()), each->rev});
  }
  return out;
}

std::uintmax_t PackedRefs::bytes() const {
  const auto now = stamp();
  return now ? static_cast<std::uintmax_t>(now->size) : 0;
}

bool PackedRefs::replace(std::vector<PackedName> names) const {
  const fs::path growing = directory_ / "packed-refs.lock";
  FileDescriptor out = create_file(growing);
  if (!out && errno == EEXIST && is_abandoned(growing)) {
    ::unlink(growing.c_str());
    out = create_file(growing);
  }
  if (!out && errno == EEXIST) return false;
  if (!out) throw_errno(cannot_write_refs);
  std::ranges::sort(names);
  std::string text = "# pack-refs with: sorted \n";
  for (const auto& [name, rev] : names) text += rev.hex() + " " + name + "\n";
  try {
    write_all(out.get(), text, cannot_write_refs);
    // It replaces names that were durable.
    if (::fdatasync(out.get()) != 0 || ::rename(growing.c_str(), file().c_str()) != 0) throw_errno(cannot_write_refs);
  } catch (const Error&) {
    ::unlink(growing.c_str());
    throw;
  }
  return true;
}

}  // namespace eka::store
