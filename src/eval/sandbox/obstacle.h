// Why a sandbox cannot be created on this machine, and what to do about it.
//
// The kernel and container runtimes forbid namespaces in many ways, most of which give the same EPERM. So the steps of
// a sandbox are tried one by one, and the first that fails is explained by the restrictions that apply to this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace eka::eval {

// What the steps of creating a sandbox met.
struct Attempt {
  enum class Step {
    user_namespace,
    user_map,          // map this user's id into it
    other_namespaces,  // mounts, processes, network, …
    mount,
    none,  // everything succeeded
  };
  Step failed = Step::none;
  int error = 0;  // errno

  // Tries them in a child process. Blocks for some milliseconds.
  static Attempt now();
};

// What restricts this process, as far as it is visible.
struct Restrictions {
  bool is_root = false;
  std::uint64_t capabilities = 0;  // effective
  bool has_seccomp_filter = false;
  bool is_in_chroot = false;              // the root directory is not a mount
  bool is_in_container = false;           // of Docker, Podman or Kubernetes
  std::string apparmor_profile;           // empty if unconfined
  std::string exhausted;                  // "user.max_user_namespaces" or another of these sysctls if its value is 0
  bool has_userns_clone_off = false;      // Debian: kernel.unprivileged_userns_clone = 0
  bool has_apparmor_restriction = false;  // Ubuntu: kernel.apparmor_restrict_unprivileged_userns = 1

  // Reads /proc and others below `root`. Blocks.
  static Restrictions of_this_process(const std::filesystem::path& root = "/");
};

struct Obstacle {
  std::string why;      // "user namespaces are disabled (…)"
  std::string help;     // what to do, with the exact sysctl or flag
  std::string command;  // that does it, if a command on this machine can
};

// Pure. Nothing if every step succeeded: then the sandbox failed for another reason.
std::optional<Obstacle> explain(const Attempt& attempt, const Restrictions& restrictions);

}  // namespace eka::eval
