#include "cli/set/resolve_report.h"

#include <vector>

#include <fmt/format.h>

#include "cli/ci/report_errors.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"

namespace eka::cli {

atom::Json lock_json(const engine::ResolvedAtom& atom) {
  atom::Json out;
  out["directory"] = atom.name;
  out["label"] = atom.label.str();
  out["lock"] = atom.lock_file.string();
  out["atoms"] = atom::Json::Array{};
  for (const auto& locked : atom.lock.atoms) {
    atom::Json entry;
    entry["label"] = locked.label.str();
    entry["version"] = locked.version.str();
    entry["set"] = locked.set.hex();
    entry["id"] = locked.id.str();
    if (locked.rev) entry["rev"] = locked.rev->hex();
    out["atoms"].push_back(std::move(entry));
  }
  out["changes"] = atom::Json::Array{};
  for (const auto& change : atom.changes) out["changes"].push_back(change);
  out["left_out"] = left_out_json(atom.left_out);
  return out;
}

namespace {

atom::Json report_json(const engine::ResolveReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["locks"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.atoms.size(); ++i) {
    const auto& atom = report.atoms[i];
    atom::Json entry = atom ? lock_json(*atom) : atom::Json(atom::Json::Object{{"directory", report.names[i]}});
    if (!atom) entry["error"] = error_json(atom.error());
    document["locks"].push_back(std::move(entry));
  }
  document["remotes"] = costs_json(report.remotes);
  return document;
}

}  // namespace

int tell_resolved(const Common& common, const engine::ResolveReport& report, bool json, const char* written) {
  const Palette palette(common.color);
  if (json) print(Text::pretty(report_json(report)));
  std::vector<Error> errors;
  for (const auto& atom : report.atoms) {
    if (!atom) {
      errors.push_back(atom.error());
    } else if (common.quiet == 0 && !json) {
      print_error("{}: {}\n", atom->name, atom->changes.empty() ? "atom.lock is up to date" : written);
      for (const auto& change : atom->changes) print_error("  {}\n", change);
    }
  }
  report_errors(errors, palette);
  if (common.verbose > 0) tell_costs(report.remotes);
  return exit_code(errors);
}

}  // namespace eka::cli
