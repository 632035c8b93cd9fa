// eka why: the paths by which an atom depends on another one.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_id.h"
#include "cli/command/command.h"
#include "cli/graph/tree_text.h"
#include "cli/inspect/graphs.h"
#include "cli/output/ending.h"

namespace eka::cli {
namespace {

struct WhyOptions {
  std::string label;
  GraphArguments graphs;
};

std::string path_text(const engine::DependencyGraph& graph, const engine::Nodes& path) {
  std::vector<std::string> names;
  for (const auto index : path) names.push_back(graph.nodes[index].atom.str());
  return fmt::format("  {}\n", fmt::join(names, " -> "));
}

atom::Json path_json(const engine::DependencyGraph& graph, const engine::Nodes& path) {
  atom::Json out(atom::Json::Array{});
  for (const auto index : path) {
    const auto& atom = graph.nodes[index].atom;
    atom::Json entry;
    entry["id"] = atom::AtomId(atom.set, atom.label).str();
    entry["label"] = atom.label.str();
    entry["version"] = atom.version.str();
    out.push_back(std::move(entry));
  }
  return out;
}

int why(const Common& common, const WhyOptions& options) {
  const auto read = read_graphs(common, options.graphs);
  Ending ending;
  auto& [document, text, errors] = ending;
  document["format"] = 1;
  document["reasons"] = atom::Json::Array{};
  for (std::size_t i = 0; i < read.items.size(); ++i) {
    const auto& graph = read.report.graphs[i];
    if (!graph) {
      errors.push_back(graph.error());
      continue;
    }
    engine::Nodes targets;
    try {
      targets = require_named(*graph, options.label);
    } catch (const Error& error) {
      if (error.kind() == Kind::usage) throw;
      errors.push_back(error);
    }
    for (const auto target : targets) {
      text += node_title(graph->nodes[target]) + "\n";
      atom::Json reason;
      reason["uri"] = read.items[i].typed;
      reason["label"] = graph->nodes[target].atom.label.str();
      reason["version"] = graph->nodes[target].atom.version.str();
      reason["set"] = graph->nodes[target].atom.set.hex();
      reason["paths"] = atom::Json::Array{};
      for (const auto& path : engine::paths_to(*graph, target)) {
        text += path_text(*graph, path);
        reason["paths"].push_back(path_json(*graph, path));
      }
      document["reasons"].push_back(std::move(reason));
    }
  }
  return end_with(ending, options.graphs.json, read.report.remotes, Palette(common.color), common.verbose > 0);
}

}  // namespace

void add_why(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("why", "show by which paths an atom depends on another one");
  const auto options = std::make_shared<WhyOptions>();
  command->add_option("label", options->label, "the dependency, as [SET::]LABEL[@VERSION]")
      ->type_name("LABEL")
      ->required();
  options->graphs.add_to(*command, "URI of the atom that depends on it");
  command->add_flag("--json", options->graphs.json, "print a JSON document");
  command->footer(
      "For each direct dependency that needs the atom, the shortest path is shown.\n\n"
      "Example:\n  eka why openssl ::server\n");
  command->callback([options, &action] { action = [options](const Common& common) { return why(common, *options); }; });
}

}  // namespace eka::cli
