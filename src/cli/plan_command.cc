// eka plan URI…: one .drv path for each URI on standard output, in the order given.
#include <memory>

#include <fmt/format.h>

#include "atom/json.h"
#include "cli/command.h"
#include "cli/complain.h"
#include "cli/settings.h"
#include "cli/with_engine.h"
#include "engine/package_set.h"
#include "engine/plan.h"

namespace eka::cli {
namespace {

struct PlanOptions {
  std::vector<std::string> uris;
  bool share_context = false;
  bool fresh_evaluation = false;
  bool json = false;
  std::string build_platform;
  std::string target_platform;
};

// The local set, or a path (not a file: URL, which means what is published there) to a working tree that is a set.
std::optional<std::filesystem::path> working_tree(const std::string& typed, const atom::AtomUri& uri) {
  if (!uri.set) return std::filesystem::current_path();
  if (!uri.set->is_local() || typed.starts_with("file:")) return std::nullopt;
  const std::filesystem::path path = uri.set->path();
  return std::filesystem::exists(path / engine::set_file) ? std::optional(path) : std::nullopt;
}

engine::PlanRequest read_request(const std::vector<std::string>& typed, const atom::Aliases& aliases) {
  engine::PlanRequest request;
  for (const auto& text : typed) {
    auto uri = atom::AtomUri::parse(text, aliases);
    if (!uri) throw std::move(uri).error().within("reading the URI " + redacted(text));
    if (uri->set) make_absolute(*uri->set);
    auto place = working_tree(text, *uri);
    request.items.push_back({redacted(text), *std::move(uri), std::move(place)});
  }
  return request;
}

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

atom::Json plan_json(const engine::Plan& plan, const std::vector<engine::RemoteCost>& costs) {
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
  out["remotes"] = atom::Json::Array{};
  for (const auto& cost : costs) {
    if (std::ranges::find(plan.remotes, cost.url) != plan.remotes.end()) out["remotes"].push_back(cost_json(cost));
  }
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

std::string report_json(const engine::PlanRequest& request, const engine::PlanReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["plans"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.plans.size(); ++i) {
    const auto& plan = report.plans[i];
    atom::Json entry = plan ? plan_json(*plan, report.remotes) : atom::Json(atom::Json::Object{});
    if (!plan) entry["error"] = error_json(plan.error());
    entry["uri"] = request.items[i].typed;
    document["plans"].push_back(std::move(entry));
  }
  document["remotes"] = atom::Json::Array{};
  for (const auto& cost : report.remotes) document["remotes"].push_back(cost_json(cost));
  return document.pretty();
}

int plan(const Common& common, const PlanOptions& options) {
  const Palette palette(common.color);
  Preferences preferences = read_preferences(common);
  auto& settings = preferences.settings;
  settings.fresh_evaluation = options.fresh_evaluation;
  settings.share_context = settings.share_context || options.share_context;
  if (!options.build_platform.empty()) settings.platforms.build = options.build_platform;
  if (!options.target_platform.empty()) settings.platforms.target = options.target_platform;
  const auto request = read_request(options.uris, preferences.aliases);

  engine::PlanReport report;
  {
    const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
    report = with_engine<engine::PlanReport>(settings, *display,
                                             [&](engine::Parts& parts) { return engine::plan(parts, request); });
  }

  std::vector<Error> errors;
  for (const auto& result : report.plans) {
    if (result) {
      if (!options.json) fmt::print("{}\n", result->drv_path);
    } else {
      errors.push_back(result.error());
    }
  }
  if (options.json) fmt::print("{}", report_json(request, report));
  for (const auto& error : errors) fmt::print(stderr, "{}", describe(error, palette));
  if (common.verbose > 0) {
    for (const auto& cost : report.remotes) {
      fmt::print(stderr, "{}: {} requests, {} handshakes, {} retries, {} bytes received\n", cost.url,
                 cost.traffic.requests, cost.traffic.handshakes, cost.traffic.retries, cost.traffic.bytes_received);
    }
  }
  return exit_code(errors);
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("plan", "turn atom URIs into derivations: fetch, evaluate, print .drv paths");
  const auto options = std::make_shared<PlanOptions>();
  command->add_option("uri", options->uris, "[scheme://][user@][alias:][path::]label[@requirement]")
      ->type_name("URI")
      ->required();
  command->add_flag("-c,--share-context", options->share_context, "evaluate all of them in one process");
  command->add_option("--build-platform", options->build_platform, "the platform that builds, as Nix names it")
      ->type_name("PLATFORM");
  command->add_option("-t,--target", options->target_platform, "the platform that what is built runs on")
      ->type_name("PLATFORM");
  command->add_flag("--json", options->json, "print one JSON document instead (docs/plan.schema.json)");
  command->add_flag("--fresh-eval", options->fresh_evaluation, "evaluate again what is remembered");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return plan(common, *options); }; });
}

}  // namespace eka::cli
