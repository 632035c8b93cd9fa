#include "cli/plan_json.h"

#include <algorithm>

#include "cli/complain.h"

namespace eka::cli {
namespace {

const char* stage_name(engine::Stage stage) {
  switch (stage) {
    case engine::Stage::locate:
      return "locate";
    case engine::Stage::fetch_root:
      return "fetch_root";
    case engine::Stage::fetch_closure:
      return "fetch_closure";
    case engine::Stage::lay_out:
      return "lay_out";
    case engine::Stage::evaluate:
      return "evaluate";
    case engine::Stage::admit:
      return "admit";
  }
  return "other";
}

atom::Json cost_json(const engine::RemoteCost& cost) {
  atom::Json out;
  out["url"] = cost.url;
  out["handshakes"] = cost.traffic.handshakes;
  out["requests"] = cost.traffic.requests;
  out["retries"] = cost.traffic.retries;
  out["bytes_received"] = cost.traffic.bytes_received;
  out["bytes_sent"] = cost.traffic.bytes_sent;
  return out;
}

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
  out["milliseconds"] = atom::Json::Object{};
  for (const auto& [stage, spent] : plan.milliseconds) out["milliseconds"][stage_name(stage)] = spent;
  return out;
}

atom::Json error_json(const Error& error) {
  atom::Json out;
  out["code"] = exit_code(error.kind());
  out["message"] = error.message();
  out["context"] = atom::Json::Array{};
  for (const auto& context : error.context()) out["context"].push_back(context);
  if (!error.hint().empty()) out["hint"] = error.hint();
  return out;
}

// Of the remotes that the plan's closure names.
std::vector<engine::RemoteCost> costs_of(const engine::Plan& plan, std::vector<engine::RemoteCost> costs) {
  std::erase_if(costs, [&](const engine::RemoteCost& cost) {
    return std::ranges::find(plan.remotes, cost.url) == plan.remotes.end();
  });
  return costs;
}

}  // namespace

atom::Json plan_entry(const engine::PlanRequest::Item& item, const Result<engine::Plan>& plan) {
  atom::Json entry = plan ? plan_json(*plan) : atom::Json(atom::Json::Object{});
  if (!plan) entry["error"] = error_json(plan.error());
  entry["uri"] = item.typed;
  return entry;
}

atom::Json costs_json(const std::vector<engine::RemoteCost>& costs) {
  atom::Json out(atom::Json::Array{});
  for (const auto& cost : costs) out.push_back(cost_json(cost));
  return out;
}

atom::Json plan_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                         const std::optional<Shard>& shard) {
  atom::Json document;
  document["format"] = 1;
  document["plans"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.plans.size(); ++i) {
    const auto& plan = report.plans[i];
    auto entry = plan_entry(request.items[i], plan);
    if (plan) entry["remotes"] = costs_json(costs_of(*plan, report.remotes));
    document["plans"].push_back(std::move(entry));
  }
  document["remotes"] = costs_json(report.remotes);
  if (shard) document["shard"] = shard->json();
  return document;
}

}  // namespace eka::cli
