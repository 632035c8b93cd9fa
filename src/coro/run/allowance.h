// What the control groups of this process allow: containers, systemd units and CI runners limit processors and memory
// there, which the number of processors and the memory of the machine do not show.
//
// https://docs.kernel.org/admin-guide/cgroup-v2.html, cgroup-v1/memory.html, scheduler/sched-bwc.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace eka::coro {

struct Allowance {
  std::size_t processors = 1;                 // that may run at the same time; a quota is rounded up
  std::optional<std::size_t> quota;           // of processors, if a control group has one
  std::optional<std::uint64_t> memory_bytes;  // of this process and its children together
  // What the groups leave of their limits now, whoever uses the rest; at 0 the kernel ends a process of the group.
  std::optional<std::uint64_t> memory_left;

  // The lowest limits of the group of this process and of all groups above it, in version 1 and 2 of control groups,
  // and the processors that this process may be scheduled on. What cannot be read does not limit. Reads below `root`,
  // in tests a directory with copies of /proc/self/cgroup, /proc/self/mountinfo and the mounted hierarchies. Blocks for
  // a few microseconds.
  static Allowance of_this_process(const std::filesystem::path& root = "/");
};

}  // namespace eka::coro
