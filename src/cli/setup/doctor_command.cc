// eka doctor: what eka needs on this machine, what is wrong, and the command that mends it.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/version.h"
#include "engine/doctor/doctor.h"

namespace eka::cli {
namespace {

using engine::Finding;
using engine::Findings;
using engine::Health;

const char* word(Health health) {
  switch (health) {
    case Health::good:
      return "ok";
    case Health::note:
      return "note";
    case Health::warning:
      return "warning";
    case Health::broken:
      return "error";
  }
  return "";
}

Text colored(Health health, const Palette& palette) {
  const Text padded = fmt::format("{:<8}", word(health));
  if (health == Health::broken) return palette.red(padded);
  if (health == Health::warning) return palette.yellow(padded);
  return health == Health::note ? palette.cyan(padded) : padded;
}

atom::Json document_of(const Findings& findings) {
  atom::Json document;
  document["format"] = 1;
  document["version"] = version_number();
  document["healthy"] = !engine::is_broken(findings);
  document["checks"] = atom::Json::Array{};
  for (const auto& finding : findings) {
    document["checks"].push_back(
        atom::Json::Object{{"subject", finding.subject},
                           {"status", word(finding.health)},
                           {"message", finding.message},
                           {"remedy", finding.remedy.empty() ? atom::Json() : atom::Json(finding.remedy)}});
  }
  return document;
}

// Without -v, what is good is shown in one line per subject; with -q, only what is not.
void show(const Common& common, const Findings& findings) {
  const Palette palette(common.color);
  for (const auto& finding : findings) {
    if (common.quiet > 0 && finding.health != Health::warning && finding.health != Health::broken) continue;
    print(colored(finding.health, palette) + Text(fmt::format("{}: {}\n", finding.subject, finding.message)) +
          Text(finding.remedy.empty() ? "" : fmt::format("        mend with: {}\n", finding.remedy)));
  }
}

// A configuration that cannot be read is a finding, too; the other checks then use the default cache.
Findings configuration_findings(const Common& common, std::filesystem::path& cache_root) {
  try {
    cache_root = read_preferences(common).settings.cache_root;
    return {{"configuration", Health::good, "eka.toml and the environment are valid", ""}};
  } catch (const Error& error) {
    const char* home = std::getenv("HOME");
    cache_root = std::filesystem::path(home != nullptr && *home == '/' ? home : "/") / ".cache/eka";
    return {{"configuration", Health::broken, error.message(),
             error.hint().empty() ? "edit the file or variable that is named" : error.hint()}};
  }
}

int doctor(const Common& common, bool json) {
  std::filesystem::path cache_root;
  auto findings = configuration_findings(common, cache_root);
  const auto found =
      with_runtime<Findings>([&](coro::Runtime& runtime) { return engine::examine(runtime.pool(), cache_root); });
  findings.insert(findings.end(), found.begin(), found.end());
  if (json) {
    print(Text::pretty(document_of(findings)));
  } else {
    show(common, findings);
  }
  return engine::is_broken(findings) ? exit_code(Kind::failure) : 0;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("doctor", "check what eka needs on this machine, and show how to mend it");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print a JSON document (docs/doctor.schema.json)");
  command->footer("Example:\n  eka doctor --json\n");
  command->callback([json, &action] { action = [json](const Common& common) { return doctor(common, *json); }; });
}

}  // namespace eka::cli
