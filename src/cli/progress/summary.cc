#include "cli/progress/summary.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/count_text.h"
#include "cli/progress/words.h"

namespace eka::cli {
namespace {

// " from 4 remotes in 1.2 s, 340 kB"; of remotes and bytes nothing if no request was sent.
std::string costs(const std::vector<engine::RemoteCost>& remotes, std::chrono::milliseconds elapsed) {
  std::string time = " in " + duration_text(elapsed);
  if (remotes.empty()) return time;
  std::uint64_t bytes = 0;
  for (const auto& remote : remotes) bytes += remote.traffic.bytes_received;
  // Repositories on this machine are read without receiving anything.
  const std::string received = bytes == 0 ? "" : ", " + size_text(bytes);
  return fmt::format(" from {}{}{}", count_text(remotes.size(), "remote"), time, received);
}

std::string failures(std::size_t failed) {
  return failed == 0 ? "" : fmt::format(", {} failed,", failed);
}

}  // namespace

std::string plan_summary(const engine::PlanReport& report, std::chrono::milliseconds elapsed) {
  std::set<std::tuple<std::string, std::string, std::string>> evaluated;
  std::set<std::tuple<std::string, std::string, std::string>> remembered;
  std::size_t failed = 0;
  for (const auto& plan : report.plans) {
    if (!plan) {
      ++failed;
      continue;
    }
    (plan->remembered ? remembered : evaluated).emplace(plan->id.str(), plan->rev.hex(), plan->drv_path);
  }
  return fmt::format("planned {} ({} evaluated, {} remembered){}{}",
                     count_text(evaluated.size() + remembered.size(), "atom"), evaluated.size(), remembered.size(),
                     failures(failed), costs(report.remotes, elapsed));
}

std::string build_summary(const engine::PlanReport& report, std::size_t failed, std::chrono::milliseconds elapsed) {
  return fmt::format("built {}{}{}", count_text(report.plans.size() - failed, "atom"), failures(failed),
                     costs(report.remotes, elapsed));
}

std::string prefetch_summary(const engine::PrefetchReport& report, std::chrono::milliseconds elapsed) {
  std::set<engine::Published> atoms;
  std::size_t failed = 0;
  for (const auto& closure : report.closures) {
    if (!closure) {
      ++failed;
      continue;
    }
    atoms.insert(closure->atoms.begin(), closure->atoms.end());
    if (closure->root) atoms.insert(*closure->root);
  }
  return fmt::format("cached {} of {}{}{}", count_text(atoms.size(), "atom"),
                     count_text(report.closures.size() - failed, "closure"), failures(failed),
                     costs(report.remotes, elapsed));
}

}  // namespace eka::cli
