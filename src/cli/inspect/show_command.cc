// eka show: what an atom is, and where it comes from.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_id.h"
#include "base/count_text.h"
#include "base/text.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/wanted.h"
#include "cli/command/with_engine.h"
#include "cli/inspect/columns.h"
#include "cli/output/ending.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "engine/query/catalog.h"

namespace eka::cli {
namespace {

struct ShowOptions {
  std::vector<std::string> uris;
  bool json = false;
};

constexpr std::size_t shown_versions = 12;

std::string versions_text(const engine::AtomDetails& atom) {
  std::vector<std::string> out;
  for (auto each = atom.versions.rbegin(); each != atom.versions.rend() && out.size() < shown_versions; ++each) {
    out.push_back(each->first.str() + (atom.yanked.contains(each->first) ? " (yanked)" : ""));
  }
  const auto more = atom.versions.size() - out.size();
  return fmt::format("{}{}", fmt::join(out, ", "), more == 0 ? "" : fmt::format(" and {} more", more));
}

const std::string& url_of(const atom::DirectSource& source) {
  return std::visit([](const auto& fetch) -> const std::string& { return fetch.url; }, source.fetch);
}

std::string composer_text(const atom::Composer& composer) {
  if (const auto* with = std::get_if<atom::WithAtom>(&composer))
    return fmt::format("{} {} from {}", with->label.str(), with->requirement.str(), with->from.str());
  if (const auto* nix = std::get_if<atom::AsNix>(&composer)) return "plain Nix: " + nix->entry;
  if (const auto* as_static = std::get_if<atom::AsStatic>(&composer)) return "static: " + as_static->entry;
  return "none";
}

std::string text_of(const engine::AtomDetails& details) {
  const auto& [set, label, version, rev] = details.atom;
  std::string out = details.atom.str() + "\n";
  if (details.manifest.description) out += printable(*details.manifest.description, unlimited, true) + "\n";
  std::vector<std::vector<std::string>> rows;
  if (details.reason) {
    rows.push_back({"yanked", details.reason->empty() ? "without a reason" : printable(*details.reason)});
  }
  rows.push_back({"from", details.reached + (details.from_working_tree ? " (working tree)" : "")});
  rows.push_back({"set", set.hex()});
  rows.push_back({"id", atom::AtomId(set, label).str()});
  rows.push_back({"revision", rev.hex()});
  if (!details.versions.empty()) rows.push_back({"versions", versions_text(details)});
  rows.push_back({"composer", composer_text(details.manifest.composer)});
  const auto& lock = details.lock;
  rows.push_back(
      {"lock",
       lock ? count_text(lock->atoms.size(), "atom") + ", " + count_text(lock->direct.size(), "source") : "none"});
  auto add = [&rows, first = true](const std::string& dependency) mutable {
    rows.push_back({std::exchange(first, false) ? "depends on" : "", dependency});
  };
  for (const auto& [tag, atoms] : details.manifest.dependencies) {
    for (const auto& [needed, dependency] : atoms) {
      add(fmt::format("{} {} from {}", needed.str(), dependency.requirement.str(), tag.str()));
    }
  }
  for (const auto& [name, source] : details.manifest.direct) {
    add(fmt::format("{} ({})", name, atom::without_password(url_of(source))));
  }
  return out + in_columns(rows);
}

atom::Json json_of(const engine::AtomDetails& details) {
  const auto& [set, label, version, rev] = details.atom;
  atom::Json out;
  out["label"] = label.str();
  out["version"] = version.str();
  out["description"] = details.manifest.description ? atom::Json(*details.manifest.description) : atom::Json();
  out["from"] = details.reached;
  out["working_tree"] = details.from_working_tree;
  out["set"] = set.hex();
  out["id"] = atom::AtomId(set, label).str();
  out["rev"] = rev.hex();
  out["versions"] = atom::Json::Object{};
  for (const auto& [each, its_rev] : details.versions) out["versions"][each.str()] = its_rev.hex();
  out["yanked"] = atom::Json::Array{};
  for (const auto& each : details.yanked) out["yanked"].push_back(each.str());
  out["locked"] = details.lock.has_value();
  out["requires"] = atom::Json::Array{};
  for (const auto& [tag, atoms] : details.manifest.dependencies) {
    for (const auto& [needed, dependency] : atoms) {
      out["requires"].push_back(atom::Json::Object{
          {"label", needed.str()}, {"requirement", dependency.requirement.str()}, {"tag", tag.str()}});
    }
  }
  out["sources"] = atom::Json::Array{};
  for (const auto& [name, source] : details.manifest.direct) {
    out["sources"].push_back(atom::Json::Object{{"name", name}, {"url", atom::without_password(url_of(source))}});
  }
  return out;
}

int show(const Common& common, const ShowOptions& options) {
  const auto preferences = read_preferences(common);
  const auto items = read_wanted_or_here(options.uris, preferences.aliases);
  const auto report = with_engine<engine::DetailsReport>(preferences.settings, common, [&](engine::Context& context) {
    return while_read(engine::details(context, items));
  });
  Ending ending;
  ending.document["format"] = 1;
  ending.document["atoms"] = atom::Json::Array{};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& found = report.atoms[i];
    atom::Json entry = found ? json_of(*found) : atom::Json(atom::Json::Object{});
    entry["uri"] = items[i].typed;
    if (found) {
      ending.text += (ending.text.empty() ? "" : "\n") + text_of(*found);
    } else {
      ending.errors.push_back(found.error());
      entry["error"] = error_json(found.error());
    }
    ending.document["atoms"].push_back(std::move(entry));
  }
  return end_with(ending, options.json, report.remotes, Palette(common.color), common.verbose > 0);
}

}  // namespace

void add_show(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("show", "show the description, versions and dependencies of atoms");
  const auto options = std::make_shared<ShowOptions>();
  command
      ->add_option("uri", options->uris, std::string(atom_uri_help) + " (default: the atom in the current directory)")
      ->type_name("URI");
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer("Example:\n  eka show gh:owner/repo::server\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return show(common, *options); }; });
}

}  // namespace eka::cli
