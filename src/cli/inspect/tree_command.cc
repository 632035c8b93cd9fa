// eka tree: the dependencies of atoms as a tree, or what needs an atom.
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/graph/graph_text.h"
#include "cli/graph/tree_text.h"
#include "cli/inspect/graphs.h"
#include "cli/output/ending.h"

namespace eka::cli {
namespace {

struct TreeOptions {
  GraphArguments graphs;
  std::string invert;
  bool duplicates = false;
  std::optional<std::size_t> depth;
};

// The text for one atom.
std::string tree_of(const engine::DependencyGraph& graph, const TreeOptions& options) {
  const auto depth = options.depth.value_or(std::numeric_limits<std::size_t>::max());
  if (options.invert.empty() && !options.duplicates) {
    std::vector<engine::Nodes> needs;
    for (const auto& node : graph.nodes) needs.push_back(node.needs);
    return draw_tree(graph, needs, 0, depth);
  }
  const auto starts = options.duplicates ? engine::duplicates(graph) : require_named(graph, options.invert);
  const auto needed_by = engine::dependents(graph);
  std::string out;
  for (const auto start : starts) out += draw_tree(graph, needed_by, start, depth);
  return out;
}

int tree(const Common& common, const TreeOptions& options) {
  const bool json = options.graphs.json;
  const auto read = read_graphs(common, options.graphs);
  Ending ending;
  ending.document["format"] = 1;
  ending.document["graphs"] = atom::Json::Array{};
  for (std::size_t i = 0; i < read.items.size(); ++i) {
    const auto& graph = read.report.graphs[i];
    if (!graph) {
      ending.errors.push_back(graph.error());
    } else if (json) {
      auto entry = graph_json(*graph);
      entry["uri"] = read.items[i].typed;
      ending.document["graphs"].push_back(std::move(entry));
    } else {
      ending.text += tree_of(*graph, options);
    }
  }
  if (!json && ending.text.empty() && ending.errors.empty() && common.quiet == 0) {
    print_error("no label is used by several atoms\n");
  }
  return end_with(ending, json, read.report.remotes, Palette(common.color), common.verbose > 0);
}

}  // namespace

void add_tree(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("tree", "show the dependencies of atoms as a tree");
  const auto options = std::make_shared<TreeOptions>();
  options->graphs.add_to(*command, atom_uri_help);
  auto* invert =
      command
          ->add_option("-i,--invert", options->invert, "show what needs this atom instead, as [SET::]LABEL[@VERSION]")
          ->type_name("LABEL");
  command
      ->add_flag("-d,--duplicates", options->duplicates, "show what needs atoms of different sets with the same label")
      ->excludes(invert);
  command->add_option("--depth", options->depth, "show at most N levels of dependencies")
      ->type_name("N")
      ->check(number_between(0, 1'000'000));
  command->add_flag("--json", options->graphs.json, "print the whole graphs as a JSON document, as eka graph does");
  command->footer(
      "Examples:\n"
      "  eka tree --depth 1\n"
      "  eka tree --invert auth ::server\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return tree(common, *options); }; });
}

}  // namespace eka::cli
