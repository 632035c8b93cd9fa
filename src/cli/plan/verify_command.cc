// eka verify URI…: checks published atoms against their source commits.
#include <memory>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "engine/verify/verify.h"

namespace eka::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> uris;
  bool json = false;
};

engine::VerifyRequest read_request(const std::vector<std::string>& typed, const atom::Aliases& aliases) {
  engine::VerifyRequest request{read_wanted(typed, aliases)};
  for (const auto& item : request.items) {
    if (item.uri.set) continue;
    throw Error(
        Kind::usage,
        fmt::format("cannot verify `{}`: it is an atom of the working tree, which is not published", item.typed))
        .with_hint(fmt::format("specify the remote: <url>::{}", item.uri.label.str()));
  }
  return request;
}

// All differences of one atom, as one error.
Error complaint(const engine::VerifiedAtom& verified) {
  std::string message = fmt::format("verification of {} from {} failed", verified.atom.str(), verified.remote);
  for (const auto& difference : verified.verdict.differences) {
    message += fmt::format("\n{}: {}", difference.what, difference.message);
  }
  return Error(Kind::integrity, message);
}

atom::Json atom_json(const engine::VerifiedAtom& verified) {
  const auto& [atom, remote, verdict, asked_for] = verified;
  atom::Json out;
  out["label"] = atom.label.str();
  out["version"] = atom.version.str();
  out["id"] = atom::AtomId(atom.set, atom.label).str();
  out["set"] = atom.set.hex();
  out["rev"] = atom.rev.is_null() ? atom::Json() : atom::Json(atom.rev.hex());
  out["remote"] = remote;
  out["origin"] = verdict.origin ? atom::Json(verdict.origin->hex()) : atom::Json();
  out["directory"] = verdict.directory.empty() ? "." : verdict.directory;
  out["asked_for"] = asked_for;
  out["verified"] = verdict.differences.empty();
  out["differences"] = atom::Json::Array{};
  for (const auto& difference : verdict.differences) {
    out["differences"].push_back(atom::Json::Object{{"what", difference.what}, {"message", difference.message}});
  }
  return out;
}

atom::Json report_json(const engine::VerifyReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["atoms"] = atom::Json::Array{};
  for (const auto& verified : report.atoms) document["atoms"].push_back(atom_json(verified));
  document["errors"] = atom::Json::Array{};
  for (const auto& error : report.failures) document["errors"].push_back(error_json(error));
  document["remotes"] = costs_json(report.remotes);
  return document;
}

int verify(const Common& common, const VerifyOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto request = read_request(options.uris, preferences.aliases);
  const auto report = with_engine<engine::VerifyReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(engine::verify(context, request));
  });
  std::vector<Error> errors;
  for (const auto& verified : report.atoms) {
    const bool good = verified.verdict.differences.empty();
    if (!good) errors.push_back(complaint(verified));
    if (options.json) continue;
    print("{} {} {}\n", good ? "verified" : "differs", verified.atom.str(), verified.atom.rev.hex());
  }
  errors.insert(errors.end(), report.failures.begin(), report.failures.end());
  if (options.json) print(Text::pretty(report_json(report)));
  report_errors(errors, palette);
  if (common.verbose > 0) tell_costs(report.remotes);
  return exit_code(errors);
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "verify", "check published atoms and their locked dependencies against the commits they were published from");
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option("uri", options->uris, atom_uri_help)->type_name("URI")->required();
  command->add_flag("--json", options->json, "print a JSON document (docs/verify.schema.json)");
  command->footer("Example:\n  eka verify gh:owner/repo::server@=1.4.0\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return verify(common, *options); }; });
}

}  // namespace eka::cli
