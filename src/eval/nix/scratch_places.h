// Chooses where the private directory of an evaluation is created: in memory if there is room, else on disk.
//
// Nix creates, locks, renames and links several files for each derivation, which takes less than half of the time on a
// file system in memory. A private store is temporary, so nothing is lost if the machine stops.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace eka::eval {

class ScratchPlaces {
 public:
  // `disk`: the directory in the cache. In memory: `shared`/eka-<user id>, if it can be created there and belongs to
  // this user alone. `shared` is a file system in memory, such as /dev/shm.
  ScratchPlaces(std::filesystem::path disk, std::filesystem::path shared);

  const std::filesystem::path& disk() const { return disk_; }
  // The directory in memory; nothing if there is none.
  const std::optional<std::filesystem::path>& memory() const { return memory_; }

  // The directory for an evaluation that may write `bytes`: memory if twice as much is available both on the file
  // system and as memory. Blocks briefly.
  const std::filesystem::path& for_writing(std::uint64_t bytes) const;

 private:
  std::filesystem::path disk_;
  std::optional<std::filesystem::path> memory_;
};

// Bytes of memory that are available on this machine and to its control groups (allowance.h); 0 if unknown. Reads below
// `root`, in tests a directory with copies of the kernel's files.
std::uint64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace eka::eval
