#include <fmt/format.h>

#include "base/text.h"
#include "engine/doctor/checks.h"

namespace eka::engine {
namespace {

std::string line_of(const Machine& machine, const char* file) {
  auto text = machine.read(file).value_or("");
  while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
  return text;
}

bool is_in_container(const Machine& machine) {
  return machine.status("/.dockerenv") || machine.status("/run/.containerenv") ||
         !machine.variable("container").empty();
}

// A setting of the kernel that forbids user namespaces to this user.
struct Obstacle {
  const char* file;
  const char* value;
  const char* why;
  const char* remedy;
  bool also_for_root;
};
constexpr Obstacle obstacles[] = {
    {"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0",
     "sudo sysctl -w user.max_user_namespaces=15000", true},
    {"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0",
     "sudo sysctl -w kernel.unprivileged_userns_clone=1", false},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
     "AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns is 1)",
     "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", false},
};

Finding refused(const Machine& machine, const std::string& said) {
  for (const auto& obstacle : obstacles) {
    if (machine.is_root() && !obstacle.also_for_root) continue;
    if (line_of(machine, obstacle.file) != obstacle.value) continue;
    return {"user namespaces", Health::broken,
            fmt::format("bubblewrap cannot create user namespaces: {}", obstacle.why), obstacle.remedy};
  }
  const auto message =
      fmt::format("bubblewrap cannot create a sandbox: {}", printable(said.substr(0, said.find('\n'))));
  if (is_in_container(machine)) {
    return {
        "user namespaces", Health::broken, message + "; this is a container, which forbids it",
        "start the container with: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt "
        "systempaths=unconfined"};
  }
  return {"user namespaces", Health::broken, message, "bwrap --unshare-all --ro-bind / / true"};
}

}  // namespace

Findings check_namespaces(const Machine& machine) {
  const auto bwrap = machine.program("bwrap");
  if (!bwrap) {
    return {{"bubblewrap", Health::broken, "bwrap is not in PATH: evaluations run in its sandbox",
             "sudo apt-get install bubblewrap"}};
  }
  Findings out;
  const auto version = machine.run({bwrap->string(), "--version"});
  out.push_back(
      {"bubblewrap", Health::good,
       fmt::format("{} ({})", printable(version.output.substr(0, version.output.find('\n'))), bwrap->string()), ""});
  const auto tried = machine.run(
      {bwrap->string(), "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "true"});
  if (tried.status == 0) {
    out.push_back({"user namespaces", Health::good, "bubblewrap can create a sandbox", ""});
  } else {
    out.push_back(refused(machine, tried.errors));
  }
  return out;
}

Findings check_confinement(const Machine& machine) {
  Findings out;
  const auto status = machine.read("/proc/self/status").value_or("");
  if (status.find("\nSeccomp:") == std::string::npos) {
    out.push_back({"seccomp", Health::broken, "the kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)",
                   "boot a kernel with CONFIG_SECCOMP_FILTER=y"});
  } else {
    out.push_back({"seccomp", Health::good, "the kernel has seccomp filters", ""});
  }
  if (const int version = machine.landlock_version(); version > 0) {
    out.push_back({"landlock", Health::good, fmt::format("version {} of Landlock", version), ""});
  } else {
    out.push_back({"landlock", Health::warning,
                   "the kernel has no Landlock: evaluations are isolated by namespaces and seccomp only",
                   "add landlock to the kernel parameter lsm=, in Linux 5.13 or newer"});
  }
  if (line_of(machine, "/proc/sys/vm/memfd_noexec") == "2") {
    out.push_back({"memfd_noexec", Health::broken, "vm.memfd_noexec is 2: memory files of the sandbox are refused",
                   "sudo sysctl -w vm.memfd_noexec=1"});
  }
  return out;
}

Findings check_cgroups(const Machine& machine) {
  const bool is_unified = machine.status("/sys/fs/cgroup/cgroup.controllers").has_value();
  const bool is_old = machine.status("/sys/fs/cgroup/memory").has_value();
  if (!is_unified && !is_old) {
    return {{"cgroups", Health::note, "no control groups: only the limits of eka itself apply", ""}};
  }
  std::string limits;
  const auto add = [&](const char* file, const char* what) {
    const auto value = line_of(machine, file);
    if (!value.empty() && value != "max" && !value.starts_with("max ") && value != "-1") {
      limits += fmt::format("{}{} {}", limits.empty() ? "; limits of this group: " : ", ", what, printable(value, 40));
    }
  };
  if (is_unified) {
    add("/sys/fs/cgroup/memory.max", "memory");
    add("/sys/fs/cgroup/cpu.max", "cpu");
  } else {
    add("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "cpu");
  }
  return {{"cgroups", Health::good, fmt::format("control groups version {}{}", is_unified ? 2 : 1, limits), ""}};
}

}  // namespace eka::engine
