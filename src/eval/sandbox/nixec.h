// nixec: the mode of eka's binary when it is started under that name, and a small program of that name next to it. The
// program contains the same code without the fifty libraries that only the rest of eka needs, so that it starts fast
// (decision 0060).
//
// It reads one request from standard input and waits as the guard (guard.h) of a child, which sets the limits and
// executes bwrap, which executes nix-instantiate through the launcher (launcher.h). It exits as Nix does. If it cannot
// get that far, it prints an error and exits with `nixec_failed`; if only mount_root() fails (root_mount.h), with
// `nixec_cannot_mount`.
//
// With other arguments (guarded_command()), it only waits as the guard of a command.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "eval/sandbox/sandbox.h"

namespace eka::eval {

// Identity of a binary: nixec must be the file that eka found at startup, for which its requests are made.
struct BinaryIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  static BinaryIdentity of(const std::string& file);  // throws Error(Kind::failure)
  static BinaryIdentity of_this_process();
  friend bool operator==(const BinaryIdentity&, const BinaryIdentity&) = default;
};

struct NixecLimits {
  std::uint64_t memory_bytes = 0;  // address space
  std::uint64_t cpu_seconds = 0;   // then SIGKILL
  std::uint64_t wall_seconds = 0;  // then the guard ends it by SIGALRM
  std::uint64_t file_bytes = 0;    // per file
  std::uint64_t open_files = 0;
};

// Limits this process, except for its wall time. Throws Error(Kind::failure).
void take_on(const NixecLimits& limits);

struct NixecRequest {
  BinaryIdentity binary;
  std::int64_t parent = 0;  // the requesting process: once it is gone, nixec must not run
  NixecLimits limits;
  Sandbox sandbox;
  std::string expression_file;  // becomes standard input
  std::string filter;           // syscalls.h; compiled once per run

  std::string text() const;
  static Result<NixecRequest> parse(std::string_view text);
};

inline constexpr int nixec_failed = 125;
inline constexpr int nixec_cannot_mount = 124;  // retry without Sandbox::root: bwrap may be permitted what nixec is not

// Runs `command`, a path and its arguments, under a guard in a PID namespace of its own, with the descriptors of nixec,
// as a child of this process. It exits as the command does.
std::vector<std::string> guarded_command(const std::string& nixec, const std::vector<std::string>& command);

// Whether `program` (argv[0]) is nixec.
bool is_nixec(std::string_view program);
int nixec_main(int argc, char** argv);

}  // namespace eka::eval
