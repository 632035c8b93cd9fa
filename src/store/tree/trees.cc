#include "store/tree/trees.h"

#include <utility>

#include <sys/stat.h>

#include "store/disk/disk.h"
#include "store/tree/tree_writer.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Adding or removing an entry at the top changes the time. The process that renames the directory in seals it
// afterwards.
bool is_sealed(const struct stat& status) {
  return S_ISDIR(status.st_mode) && (status.st_mode & 07777) == 0755 && status.st_mtime == 1;
}

}  // namespace

Trees::Trees(fs::path directory, Repository& repository, WriteAccess access)
    : directory_(std::move(directory)),
      repository_(repository),
      access_(std::move(access)),
      boot_(read_file("/proc/sys/kernel/random/boot_id", 64).value_or("")) {
  if (access_.is_granted()) Quarantine::sweep(incoming(directory_));
}

std::optional<fs::path> Trees::find(const atom::ObjectId& tree, bool known, coro::Stop stop) {
  fs::path place = directory_ / tree.hex();
  struct stat status{};
  if (::lstat(place.c_str(), &status) != 0) return std::nullopt;
  if (S_ISDIR(status.st_mode)) {
    if (is_sealed(status) && known && !boot_.empty()) return place;
    const bool sound = repository_.read(
        [&](Objects& objects) {
          try {
            return holds_tree(objects, tree, place);
          } catch (const Error& error) {
            if (error.kind() != Kind::failure) throw;
            return false;  // something in it cannot be opened
          }
        },
        stop);
    if (sound) {
      if (access_.is_granted()) seal(place);
      return place;
    }
  }
  access_.check();
  unwrap(Quarantine::make(incoming(directory_)).take(place));
  return std::nullopt;
}

std::optional<WrittenTree> Trees::find_lender(const std::vector<atom::ObjectId>& trees) const {
  for (const auto& tree : trees) {
    fs::path place = directory_ / tree.hex();
    struct stat status{};
    if (::lstat(place.c_str(), &status) == 0 && is_sealed(status)) return WrittenTree{tree, std::move(place)};
  }
  return std::nullopt;
}

Quarantine Trees::begin(coro::Pool& remover) {
  access_.check();
  Quarantine quarantine = Quarantine::make(incoming(directory_), remover);
  if (::mkdir(directory_in(quarantine).c_str(), 0700) != 0) throw_errno("cannot create a directory in the cache");
  return quarantine;
}

fs::path Trees::finish(const Quarantine& quarantine, const atom::ObjectId& tree) {
  fs::path place = directory_ / tree.hex();
  // If another process was faster, its tree is equivalent.
  if (rename_new(directory_in(quarantine), place)) seal(place);
  return place;
}

}  // namespace eka::store
