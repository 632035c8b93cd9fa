#include "eval/sandbox/obstacle.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t admin = std::uint64_t{1} << 21;     // CAP_SYS_ADMIN
constexpr std::uint64_t set_fcap = std::uint64_t{1} << 31;  // CAP_SETFCAP

// --- the attempt, in a child of a process with many threads: system calls only ---------------------------------------

bool write_text(const char* file, const char* text) {
  const int opened = ::open(file, O_WRONLY | O_CLOEXEC);
  const auto size = static_cast<ssize_t>(std::strlen(text));
  return opened >= 0 && ::write(opened, text, static_cast<std::size_t>(size)) == size;
}

struct Maps {
  std::string user, group;
};

// Runs in the child; writes an Attempt to `report` if a step fails.
[[noreturn]] void try_steps(const Maps& maps, int report) {
  using enum Attempt::Step;
  const auto fail_at = [report](Attempt::Step step) {
    const Attempt attempt{step, errno};
    ::_exit(::write(report, &attempt, sizeof attempt) == sizeof attempt ? 1 : 2);
  };
  if (::unshare(CLONE_NEWUSER) != 0) fail_at(user_namespace);
  if (!write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", maps.user.c_str()) ||
      !write_text("/proc/self/gid_map", maps.group.c_str())) {
    fail_at(user_map);
  }
  if (::unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    fail_at(other_namespaces);
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("eka", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) {
    fail_at(mount);
  }
  ::_exit(0);
}

// --- reading the restrictions ----------------------------------------------------------------------------------------

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
  return text;
}

// The value of "Name:\tvalue" in /proc/self/status.
std::string field(const std::string& status, std::string_view name) {
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":\t")) return line.substr(name.size() + 2);
  }
  return {};
}

bool is_root_a_mount(const fs::path& root) {
  std::ifstream in(root / "proc/self/mountinfo");
  bool any = false;
  for (std::string line; std::getline(in, line); any = true) {
    std::istringstream words(line);
    std::string id, parent, device, group, at;
    if (words >> id >> parent >> device >> group >> at && at == "/") return true;
  }
  return !any;  // unknown
}

// --- explanations ----------------------------------------------------------------------------------------------------

std::string weaker(const Restrictions& restrictions) {
  if (!restrictions.is_in_container && !restrictions.has_seccomp_filter) return {};
  return "; or, if the container itself is isolated enough, use the weaker sandbox plan.sandbox = \"container\" "
         "(EKA_PLAN_SANDBOX=container)";
}

Obstacle sysctl(const Restrictions& restrictions, const std::string& why, const std::string& assignment) {
  return {.why = why,
          .help = "run `sysctl -w " + assignment + "` as root, on the host of a container" + weaker(restrictions),
          .command = "sudo sysctl -w " + assignment};
}

Obstacle container_flags(const Restrictions& restrictions, const std::string& why) {
  return {
      .why = why,
      .help =
          "start the container with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined` (Docker, "
          "Podman), or with seccompProfile and appArmorProfile of type Unconfined (Kubernetes)" +
          weaker(restrictions),
      .command = ""};
}

Obstacle apparmor_of_ubuntu(const Restrictions& restrictions) {
  return sysctl(restrictions,
                "AppArmor forbids user namespaces to ordinary programs "
                "(kernel.apparmor_restrict_unprivileged_userns = 1)",
                "kernel.apparmor_restrict_unprivileged_userns=0");
}

Obstacle no_user_namespace(int error, const Restrictions& restrictions) {
  const std::string forbidden = "user namespaces are forbidden";
  if (error == ENOSYS || error == EINVAL) {
    if (restrictions.has_seccomp_filter) return container_flags(restrictions, forbidden + " by a seccomp filter");
    return {.why = "the kernel has no user namespaces", .help = "use a kernel with CONFIG_USER_NS", .command = ""};
  }
  if (error == ENOSPC) {
    return sysctl(restrictions, "the limit user.max_user_namespaces is reached, or namespaces are nested too deeply",
                  "user.max_user_namespaces=15000");
  }
  if (restrictions.has_userns_clone_off && (restrictions.capabilities & admin) == 0) {
    return sysctl(restrictions, forbidden + " to ordinary users (kernel.unprivileged_userns_clone = 0)",
                  "kernel.unprivileged_userns_clone=1");
  }
  if (restrictions.is_in_chroot) {
    return {.why = forbidden + " in a chroot: the root directory is not a mount",
            .help = "enter the directory with `unshare -m` and pivot_root, systemd-nspawn or bwrap instead of chroot" +
                    weaker(restrictions),
            .command = ""};
  }
  if (restrictions.has_seccomp_filter) {
    return container_flags(restrictions, forbidden + " by a seccomp filter, such as Docker's default profile");
  }
  if (restrictions.has_apparmor_restriction) return apparmor_of_ubuntu(restrictions);
  return container_flags(restrictions, forbidden + " by a security module");
}

Obstacle no_user_map(const Restrictions& restrictions) {
  if (restrictions.is_root && (restrictions.capabilities & set_fcap) == 0) {
    return {.why = "root without the capability CAP_SETFCAP cannot map itself into a user namespace",
            .help = "start the container with `--cap-add SETFCAP`, or as another user (`--user 1000`)" +
                    weaker(restrictions),
            .command = ""};
  }
  if (restrictions.has_apparmor_restriction) return apparmor_of_ubuntu(restrictions);
  return container_flags(restrictions, "the user cannot be mapped into a user namespace");
}

Obstacle no_mount(const Attempt& attempt, const Restrictions& restrictions) {
  if (restrictions.has_apparmor_restriction) return apparmor_of_ubuntu(restrictions);
  const std::string what = attempt.failed == Attempt::Step::mount ? "mounting file systems is forbidden"
                                                                  : "namespaces other than that of users are forbidden";
  const std::string by = !restrictions.apparmor_profile.empty()
                             ? " by the AppArmor profile " + restrictions.apparmor_profile
                         : restrictions.has_seccomp_filter ? " by a seccomp filter"
                                                           : "";
  return container_flags(restrictions, what + by);
}

}  // namespace

Attempt Attempt::now() {
  const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  const Maps maps{user + " " + user + " 1", group + " " + group + " 1"};
  int pipe[2]{};
  if (::pipe2(pipe, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) try_steps(maps, pipe[1]);
  ::close(pipe[1]);
  Attempt attempt;
  ssize_t got = 0;
  while (child > 0 && (got = ::read(pipe[0], &attempt, sizeof attempt)) < 0 && errno == EINTR) continue;
  ::close(pipe[0]);
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  return got == sizeof attempt ? attempt : Attempt{};
}

Restrictions Restrictions::of_this_process(const fs::path& root) {
  Restrictions found;
  std::error_code ignored;
  const std::string status = text_of(root / "proc/self/status");
  found.is_root = field(status, "Uid").starts_with("0\t");
  const std::string bits = field(status, "CapEff");
  std::from_chars(bits.data(), bits.data() + bits.size(), found.capabilities, 16);
  found.has_seccomp_filter = field(status, "Seccomp") == "2";
  found.is_in_chroot = !is_root_a_mount(root);
  found.is_in_container = fs::exists(root / ".dockerenv", ignored) || fs::exists(root / "run/.containerenv", ignored) ||
                          fs::exists(root / "run/secrets/kubernetes.io", ignored);
  const std::string profile = text_of(root / "proc/self/attr/apparmor/current");
  if (profile != "unconfined") found.apparmor_profile = printable(profile, 100);
  for (const char* kind : {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"}) {
    const std::string name = std::string("max_") + kind + "_namespaces";
    if (text_of(root / "proc/sys/user" / name) != "0") continue;
    found.exhausted = "user." + name;
    break;
  }
  found.has_userns_clone_off = text_of(root / "proc/sys/kernel/unprivileged_userns_clone") == "0";
  const std::string restricted = text_of(root / "proc/sys/kernel/apparmor_restrict_unprivileged_userns");
  found.has_apparmor_restriction = !restricted.empty() && restricted != "0" && (found.capabilities & admin) == 0;
  return found;
}

std::optional<Obstacle> explain(const Attempt& attempt, const Restrictions& restrictions) {
  if (!restrictions.exhausted.empty()) {
    return sysctl(restrictions, "namespaces are disabled (" + restrictions.exhausted + " = 0)",
                  restrictions.exhausted + "=15000");
  }
  switch (attempt.failed) {
    case Attempt::Step::user_namespace:
      return no_user_namespace(attempt.error, restrictions);
    case Attempt::Step::user_map:
      return no_user_map(restrictions);
    case Attempt::Step::other_namespaces:
    case Attempt::Step::mount:
      return no_mount(attempt, restrictions);
    case Attempt::Step::none:
      break;
  }
  return std::nullopt;
}

}  // namespace eka::eval
