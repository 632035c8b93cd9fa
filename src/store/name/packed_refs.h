// Refs of the cache that share one file, git's packed-refs: writing five hundred atoms at once takes one file instead
// of five hundred, each in its own directory (decision 0035).
//
// The file is replaced as a whole, as git does: it is written as packed-refs.lock and renamed. Writers also hold the
// lock of take_names_lock(), which the kernel releases with the process. So a packed-refs.lock that remains was left by
// a killed process, or belongs to a running git. Nothing waits for it in either case.
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
  std::string name;  // full name: "refs/…"
  atom::ObjectId rev;

  friend auto operator<=>(const PackedName&, const PackedName&) = default;
};

// Held while refs are written: if two processes write the same ref, the first one wins. Waits at most 2 s; others hold
// it only while they write a file. Returns an empty descriptor if it is not acquired or the file system cannot lock;
// refs are then written one by one, which needs no lock.
FileDescriptor take_names_lock(const std::filesystem::path& git_directory);

// Thread-safe.
class PackedRefs {
 public:
  explicit PackedRefs(std::filesystem::path git_directory) : directory_(std::move(git_directory)) {}

  // The current refs, in ascending order.
  using Names = std::shared_ptr<const std::vector<PackedName>>;
  Names names() const;
  static std::optional<atom::ObjectId> find(const Names& names, const std::string& name);
  // The refs whose names begin with `prefix`, without that prefix.
  static std::vector<PackedName> below(const Names& names, const std::string& prefix);

  std::uintmax_t bytes() const;  // size of the file
  std::filesystem::path file() const { return directory_ / "packed-refs"; }

  // The caller must hold the lock of take_names_lock(). Returns false, without changes, if another process is changing
  // the file.
  bool replace(std::vector<PackedName> names) const;

 private:
  // Identifies a version of the file.
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
