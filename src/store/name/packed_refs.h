// Names of the cache that share one file, git's own packed-refs: for who brings five hundred atoms at once, one file in
// the place of five hundred with a directory each (decision 0035).
//
// The file is replaced as a whole, in the way of git: it is put together as packed-refs.lock and renamed. Whoever
// changes it holds the lock of take_names_lock() as well, which the kernel drops with the process; so a
// packed-refs.lock that stays behind was left by somebody who was killed, or is git's at this moment. In neither case
// does anybody wait for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/disk/disk.h"

namespace eka::store {

struct PackedName {
  std::string name;  // whole: "refs/…"
  atom::ObjectId rev;

  friend auto operator<=>(const PackedName&, const PackedName&) = default;
};

// Held while names are written, so that what two processes call by one name is decided by who was first. Waits for the
// others, who hold it for as long as it takes to write a file, but no longer than 2 s. Empty where it cannot be had or
// the file system cannot lock: then names are written one by one, which needs no lock.
FileDescriptor take_names_lock(const std::filesystem::path& git_directory);

// Safe from several threads.
class PackedRefs {
 public:
  explicit PackedRefs(std::filesystem::path git_directory) : directory_(std::move(git_directory)) {}

  // In ascending order, as of now.
  using Names = std::shared_ptr<const std::vector<PackedName>>;
  Names names() const;
  static std::optional<atom::ObjectId> find(const Names& names, const std::string& name);
  // Those whose name begins so, without that beginning.
  static std::vector<PackedName> below(const Names& names, const std::string& prefix);

  std::uintmax_t bytes() const;  // how long the file is
  std::filesystem::path file() const { return directory_ / "packed-refs"; }

  // The caller holds the names' lock. False, and nothing is done, while somebody else changes the file.
  bool replace(std::vector<PackedName> names) const;

 private:
  // What distinguishes versions of the file.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = -1;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  std::optional<Stamp> stamp() const;

  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  mutable Stamp read_as_;
  mutable Names read_;
};

}  // namespace eka::store
