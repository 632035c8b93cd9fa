#include <fmt/format.h>

#include "base/count_text.h"
#include "base/text.h"
#include "engine/doctor/checks.h"

namespace eka::engine {
namespace {

std::string line_of(const Machine& machine, const char* file) {
  auto text = machine.read(file).value_or("");
  while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
  return text;
}

Finding refused(const Machine& machine, const std::string& said) {
  if (const auto obstacle = machine.obstacle_to_namespaces()) {
    return {"user namespaces", Health::broken, "bubblewrap cannot create a sandbox: " + obstacle->why,
            obstacle->command.empty() ? obstacle->help : obstacle->command};
  }
  return {"user namespaces", Health::broken,
          fmt::format("bubblewrap cannot create a sandbox: {}", printable(said.substr(0, said.find('\n')))),
          "bwrap --unshare-all --ro-bind / / true"};
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
  const coro::Allowance allowance = machine.allowance();
  std::string limits;
  const auto add = [&](const std::string& text) { limits += (limits.empty() ? "" : ", ") + text; };
  if (allowance.quota) add(count_text(*allowance.quota, "processor"));
  if (allowance.memory_bytes) {
    add(fmt::format("{} MiB of memory ({} left)", *allowance.memory_bytes >> 20,
                    allowance.memory_left.value_or(0) >> 20));
  }
  if (limits.empty()) return {{"cgroups", Health::good, "no limit of processors or memory by control groups", ""}};
  return {{"cgroups", Health::good, "limited by control groups: " + limits, ""}};
}

}  // namespace eka::engine
