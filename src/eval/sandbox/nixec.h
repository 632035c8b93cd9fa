// nixec: what the engine's binary is when it is started under that name, and what the small program of that name, which
// stands beside it, always is. The latter is the same code without the fifty libraries that only the rest of the engine
// needs, so that it starts at once (decision 0060).
//
// It reads one request from standard input, takes on the limits, and becomes bwrap, which becomes nix-instantiate
// by way of the launcher (launcher.h):
// programs, one process after another, so that its end is Nix's end. It ends with `nixec_failed`, and a word on
// standard error, when it cannot get that far; with `nixec_cannot_mount` when only mount_root() fails (root_mount.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "eval/sandbox/sandbox.h"

namespace eka::eval {

// Which file a binary is: nixec must be the one that the engine found when it started, for which its requests are made.
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
  std::uint64_t cpu_seconds = 0;   // SIGKILL beyond
  std::uint64_t wall_seconds = 0;  // SIGALRM beyond
  std::uint64_t file_bytes = 0;    // of one file
  std::uint64_t open_files = 0;
};

struct NixecRequest {
  BinaryIdentity binary;
  std::int64_t parent = 0;  // the process that asks: when it is gone, nobody needs the answer
  NixecLimits limits;
  Sandbox sandbox;
  std::string expression_file;  // becomes standard input
  std::string filter;           // syscalls.h; compiled once for all that evaluate

  std::string text() const;
  static Result<NixecRequest> parse(std::string_view text);
};

inline constexpr int nixec_failed = 125;
inline constexpr int nixec_cannot_mount = 124;  // try without Sandbox::root: bwrap may be allowed what we are not

// Does `program` (argv[0]) ask for nixec?
bool is_nixec(std::string_view program);
int nixec_main(int argc, char** argv);

}  // namespace eka::eval
