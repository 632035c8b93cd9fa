// The disk of a world: real files below one directory, and between them and everybody (the store, SQLite, libgit2,
// libarchive, the standard library) the system calls of disk.cc, which stand before those of libc in this program.
//
// While it is armed, one call below the directory fails, or is the last that the process makes. With a power cut, what
// was not synced by then is lost as a journaling file system loses it: changes of names are undone from some point on,
// in the order in which they were made, and bytes that were written and not synced are there, or zero, or missing, file
// by file. A sync of anything keeps all changes of names before it.
#pragma once

#include <cstdint>
#include <filesystem>

namespace eka::sim {

// The code with which a process ends whose disk was told to kill it.
inline constexpr int killed_code = 77;

struct DiskPlan {
  enum class Kind { none, kill, power_cut, fails_once, full } kind = Kind::none;
  std::uint64_t at = 0;    // the number of the call, from 1
  std::uint64_t seed = 0;  // what a power cut loses
};

// For the thread that runs the simulation: there is no other. `directory` is absolute, and has a sibling "lost" for
// what may have to be brought back. Calls are counted in any case.
void arm_disk(const std::filesystem::path& directory, DiskPlan plan);
// How many calls there were.
std::uint64_t disarm_disk();

// The file that is read in the place of the kernel's boot id: after a power cut, it is another.
void set_boot_file(const std::filesystem::path& file);

}  // namespace eka::sim
