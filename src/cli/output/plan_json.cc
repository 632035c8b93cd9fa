#include "cli/output/plan_json.h"

#include <algorithm>

#include "cli/output/report_json.h"

namespace eka::cli {
namespace {

atom::Json plan_json(const engine::Plan& plan) {
  atom::Json out;
  out["label"] = plan.label.str();
  out["version"] = plan.version.str();
  out["id"] = plan.id.str();
  out["rev"] = plan.rev.hex();
  out["drv"] = plan.drv_path;
  out["outputs"] = atom::Json::Object{};
  for (const auto& output : plan.outputs) out["outputs"][output.name] = output.path;
  out["from"] = plan.remembered ? "cache" : "evaluated";
  if (plan.sandbox == eval::SandboxKind::container) out["sandbox"] = "container";
  if (!plan.overridden.empty()) out["overrides"] = atom::Json::Array{};
  for (const auto& [atom, from] : plan.overridden) {
    out["overrides"].push_back(
        atom::Json::Object{{"label", atom.label.str()}, {"version", atom.version.str()}, {"from", from}});
  }
  out["milliseconds"] = times_json(plan.milliseconds);
  return out;
}

// The costs of the remotes in the plan's closure.
std::vector<engine::RemoteCost> costs_of(const engine::Plan& plan, std::vector<engine::RemoteCost> costs) {
  std::erase_if(costs, [&](const engine::RemoteCost& cost) {
    return std::ranges::find(plan.remotes, cost.url) == plan.remotes.end();
  });
  return costs;
}

}  // namespace

atom::Json plan_entry(const engine::Wanted& item, const Result<engine::Plan>& plan) {
  atom::Json entry = plan ? plan_json(*plan) : atom::Json(atom::Json::Object{});
  if (!plan) entry["error"] = error_json(plan.error());
  entry["uri"] = item.typed;
  return entry;
}

namespace {

atom::Json document_of(const engine::PlanRequest& request, const engine::PlanReport& report,
                       const std::vector<const Error*>& failures) {
  atom::Json document;
  document["format"] = 1;
  document["plans"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.plans.size(); ++i) {
    const auto& plan = report.plans[i];
    auto entry = plan_entry(request.items[i], plan);
    if (plan) entry["remotes"] = costs_json(costs_of(*plan, report.remotes));
    if (i < failures.size() && failures[i] != nullptr) entry["error"] = error_json(*failures[i]);
    document["plans"].push_back(std::move(entry));
  }
  document["remotes"] = costs_json(report.remotes);
  return document;
}

}  // namespace

atom::Json plan_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                         const std::optional<Shard>& shard) {
  auto document = document_of(request, report, {});
  if (shard) document["shard"] = shard->json();
  return document;
}

atom::Json build_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                          const std::vector<const Error*>& failures) {
  return document_of(request, report, failures);
}

}  // namespace eka::cli
