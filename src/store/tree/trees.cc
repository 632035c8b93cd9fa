#include "store/tree/trees.h"

#include <stdio.h>
#include <sys/stat.h>

#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/object/survey.h"
#include "store/tree/tree_writer.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

}  // namespace

Trees::Trees(fs::path directory, Repository& repository, WriteAccess access)
    : directory_(std::move(directory)),
      repository_(repository),
      access_(std::move(access)),
      boot_(read_file("/proc/sys/kernel/random/boot_id", 64).value_or("")) {
  if (access_.is_granted()) Quarantine::sweep(incoming(directory_));
}

fs::path Trees::materialize(const atom::ObjectId& tree, bool known, coro::Stop stop) {
  fs::path place = directory_ / tree.hex();
  if (!stands(tree, place, known, stop)) write(tree, place, stop);
  return place;
}

bool Trees::stands(const atom::ObjectId& tree, const fs::path& place, bool known, coro::Stop stop) {
  struct stat status{};
  if (::lstat(place.c_str(), &status) != 0) return false;
  if (S_ISDIR(status.st_mode)) {
    // Adding or removing an entry at the top changes the time. The process that renames the directory in seals it
    // afterwards.
    const bool sealed = (status.st_mode & 07777) == 0755 && status.st_mtime == 1;
    if (sealed && known && !boot_.empty()) return true;
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
      return true;
    }
  }
  access_.check();
  unwrap(Quarantine::make(incoming(directory_)).take(place));
  return false;
}

void Trees::write(const atom::ObjectId& tree, const fs::path& place, coro::Stop stop) {
  access_.check();
  const Quarantine quarantines = Quarantine::make(incoming(directory_));
  const fs::path made = quarantines.path() / "tree";
  if (::mkdir(made.c_str(), 0700) != 0) throw_errno("cannot create a directory in the cache");
  repository_.read(
      [&](Objects& objects) {
        Surveyor(objects).tree(tree);
        write_tree(objects, tree, made);
      },
      stop);
  // If another process was faster, its tree is equivalent.
  if (rename_new(made, place)) seal(place);
}

}  // namespace eka::store
