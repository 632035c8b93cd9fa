#include "cli/output/plan_lines.h"

#include <algorithm>

#include "cli/output/plan_json.h"
#include "cli/output/report_json.h"

namespace eka::cli {

void PlanLines::planned(std::size_t index, const Result<engine::Plan>& plan) {
  auto line = plan_entry(request_.items[index], plan);
  line["index"] = std::uint64_t{shard_.position(index)};
  lines_.write(Text::line(line));
}

void PlanLines::finish(const engine::PlanReport& report) {
  const auto planned = std::ranges::count_if(report.plans, [](const auto& plan) { return plan.has_value(); });
  const auto all = static_cast<std::int64_t>(report.plans.size());
  atom::Json summary;
  summary["format"] = 1;
  summary["planned"] = std::int64_t{planned};
  summary["failed"] = std::int64_t{all - planned};
  summary["remotes"] = costs_json(report.remotes);
  lines_.write(Text::line(atom::Json::Object{{"summary", std::move(summary)}}));
  lines_.finish();
}

}  // namespace eka::cli
