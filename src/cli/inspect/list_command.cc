// eka list, eka search: the atoms of package sets.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/inspect/columns.h"
#include "cli/output/ending.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "engine/query/catalog.h"

namespace eka::cli {
namespace {

struct ListOptions {
  std::vector<std::string> sets;
  std::string term;
  bool descriptions = false;
  bool all_versions = false;
  bool json = false;
};

// The named sets; by default those of the working tree.
std::vector<atom::Url> sets_of(const ListOptions& options, const atom::Aliases& aliases) {
  std::vector<atom::Url> out;
  for (const auto& set : options.sets) {
    out.push_back(unwrap(atom::parse_direct_uri(set, aliases)));
    make_absolute(out.back());
  }
  if (!out.empty()) return out;
  try {
    out = engine::sets_named_at(working_directory());
  } catch (const Error& error) {
    throw Error(Kind::usage, "no package set was specified, and the current directory is not in one")
        .with_hint("specify the URL of a set, such as gh:owner/repo");
  }
  if (!out.empty()) return out;
  throw Error(Kind::usage, "no package set was specified, and the atoms of this working tree use none")
      .with_hint("specify the URL of a set, such as gh:owner/repo; `eka inspect set .` shows the atoms of this tree");
}

std::string versions_text(const engine::CatalogEntry& entry, bool all) {
  const auto shown = [&](const atom::Version& version) {
    return version.str() + (entry.yanked.contains(version) ? " (yanked)" : "");
  };
  if (!all) return shown(entry.highest());
  std::vector<std::string> out;
  for (auto each = entry.versions.rbegin(); each != entry.versions.rend(); ++each) out.push_back(shown(each->first));
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string first_line(const std::string& text) {
  return printable(text.substr(0, text.find('\n')));
}

atom::Json catalog_json(const engine::Catalog& catalog) {
  atom::Json out;
  out["genesis"] = catalog.genesis.hex();
  out["vouched_by"] = catalog.reached.str();
  out["atoms"] = atom::Json::Array{};
  for (const auto& entry : catalog.entries) {
    atom::Json each;
    each["label"] = entry.label.str();
    each["highest"] = entry.highest().str();
    each["description"] = entry.description ? atom::Json(*entry.description) : atom::Json();
    for (const auto& [version, rev] : entry.versions) each["versions"][version.str()] = rev.hex();
    each["yanked"] = atom::Json::Array{};
    for (const auto& version : entry.yanked) each["yanked"].push_back(version.str());
    out["atoms"].push_back(std::move(each));
  }
  return out;
}

// The URI that `plan` and `add` take is in the first column if there are several sets.
void add_rows(const engine::Catalog& catalog, const std::string& prefix, bool all_versions,
              std::vector<std::vector<std::string>>& rows) {
  for (const auto& entry : catalog.entries) {
    rows.push_back({prefix + entry.label.str(), versions_text(entry, all_versions)});
    if (entry.description) rows.back().push_back(first_line(*entry.description));
  }
}

int list(const Common& common, const ListOptions& options) {
  const auto preferences = read_preferences(common);
  engine::CatalogRequest request{sets_of(options, preferences.aliases), options.term, options.descriptions,
                                 !options.term.empty()};
  const auto report = with_engine<engine::CatalogReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(engine::catalogs(context, request));
  });
  Ending ending;
  std::vector<std::vector<std::string>> rows;
  ending.document["format"] = 1;
  ending.document["sets"] = atom::Json::Array{};
  for (std::size_t i = 0; i < request.sets.size(); ++i) {
    const auto& catalog = report.sets[i];
    atom::Json entry = catalog ? catalog_json(*catalog) : atom::Json(atom::Json::Object{});
    if (!catalog) entry["error"] = error_json(catalog.error());
    entry["url"] = request.sets[i].str();
    ending.document["sets"].push_back(std::move(entry));
    if (!catalog) {
      ending.errors.push_back(catalog.error());
    } else {
      add_rows(*catalog, request.sets.size() == 1 ? "" : request.sets[i].str() + "::", options.all_versions, rows);
    }
  }
  ending.text = in_columns(rows);
  if (rows.empty() && ending.errors.empty() && common.quiet == 0 && !options.json) {
    print_error(options.term.empty() ? "nothing is published\n" : "no atom was found\n");
  }
  return end_with(ending, options.json, report.remotes, Palette(common.color), common.verbose > 0);
}

constexpr const char* sets_help =
    "URL of a package set (default: the sets that the atoms of the current working tree use, and where it is "
    "published)";

}  // namespace

void add_list(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("list", "list the atoms of package sets");
  const auto options = std::make_shared<ListOptions>();
  command->add_option("url", options->sets, sets_help)->type_name("URL");
  command->add_flag("-d,--descriptions", options->descriptions, "show descriptions, which have to be fetched");
  command->add_flag("-a,--all-versions", options->all_versions, "show all versions, not only the highest one");
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer("Example:\n  eka list --descriptions gh:owner/repo\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return list(common, *options); }; });
}

void add_search(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("search", "search the labels and descriptions of atoms");
  const auto options = std::make_shared<ListOptions>();
  command->add_option("term", options->term, "text in the label, in upper or lower case")
      ->type_name("TERM")
      ->required();
  command->add_option("url", options->sets, sets_help)->type_name("URL");
  command->add_flag("-d,--descriptions", options->descriptions,
                    "search the descriptions, too; for this, the manifests of all atoms are fetched");
  command->add_flag("-a,--all-versions", options->all_versions, "show all versions, not only the highest one");
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer(
      "Examples:\n"
      "  eka search ssl\n"
      "  eka search --descriptions 'web server' gh:owner/repo\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return list(common, *options); }; });
}

}  // namespace eka::cli
