#include "cli/output/report_json.h"

#include <fmt/format.h>

#include "atom/config/cutoff.h"
#include "cli/output/complain.h"

namespace eka::cli {
namespace {

const char* stage_name(engine::Stage stage) {
  switch (stage) {
    case engine::Stage::locate:
      return "locate";
    case engine::Stage::fetch_root:
      return "fetch_root";
    case engine::Stage::resolve:
      return "resolve";
    case engine::Stage::fetch_closure:
      return "fetch_closure";
    case engine::Stage::materialize:
      return "materialize";
    case engine::Stage::evaluate:
      return "evaluate";
    case engine::Stage::import:
      return "import";
    case engine::Stage::build:
      return "build";
    case engine::Stage::query:
      return "query";
    case engine::Stage::transfer:
      return "transfer";
    case engine::Stage::wait:
      return "wait";
  }
  return "other";
}

}  // namespace

atom::Json cost_json(const engine::RemoteCost& cost) {
  atom::Json out;
  out["url"] = cost.url;
  out["handshakes"] = cost.traffic.handshakes;
  out["requests"] = cost.traffic.requests;
  out["retries"] = cost.traffic.retries;
  out["longest_wait_ms"] = static_cast<std::uint64_t>(cost.traffic.longest_wait.count());
  out["connections"] = cost.traffic.connections;
  out["repeats_closed_while_idle"] = cost.traffic.closed_while_idle;
  out["repeats_one_request_per_connection"] = cost.traffic.one_request_per_connection;
  out["bytes_received"] = cost.traffic.bytes_received;
  out["bytes_sent"] = cost.traffic.bytes_sent;
  return out;
}

atom::Json costs_json(const std::vector<engine::RemoteCost>& costs) {
  atom::Json out(atom::Json::Array{});
  for (const auto& cost : costs) out.push_back(cost_json(cost));
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

atom::Json left_out_json(const std::vector<engine::LeftOut>& versions) {
  atom::Json out(atom::Json::Array{});
  for (const auto& [atom, yanked, published] : versions) {
    atom::Json entry;
    entry["label"] = atom.label.str();
    entry["version"] = atom.version.str();
    entry["set"] = atom.set.hex();
    entry["rev"] = atom.rev.hex();
    entry["reason"] = yanked ? "yanked" : "newest-before";
    if (published) entry["published"] = atom::timestamp(*published);
    out.push_back(std::move(entry));
  }
  return out;
}

atom::Json times_json(const engine::Times& times) {
  atom::Json out(atom::Json::Object{});
  for (const auto& [stage, spent] : times) out[stage_name(stage)] = spent;
  return out;
}

void tell_costs(const std::vector<engine::RemoteCost>& costs) {
  for (const auto& [url, traffic] : costs) {
    const double waited = static_cast<double>(traffic.longest_wait.count()) / 1000;
    print_error("{}: {} requests, {} handshakes, {} retries{}, {} bytes received\n", url, traffic.requests,
                traffic.handshakes, traffic.retries,
                waited == 0 ? "" : fmt::format(" (up to {:.1f} s of waiting for the server)", waited),
                traffic.bytes_received);
  }
}

}  // namespace eka::cli
