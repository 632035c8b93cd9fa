// Reads the dependency graphs that commands show.
#pragma once

#include <string>
#include <vector>

#include "cli/command/command.h"
#include "engine/plan/dependency_graph.h"
#include "engine/query/paths.h"

namespace eka::cli {

// The arguments of commands that show dependency graphs of single atoms.
struct GraphArguments {
  std::vector<std::string> uris;
  std::vector<std::string> overrides;
  bool json = false;

  // Adds the positional argument URI, after those that the command has, and --override. `help` is that of URI.
  void add_to(CLI::App& command, const std::string& help);
};

struct Graphs {
  std::vector<engine::Wanted> items;
  engine::GraphReport report;  // one graph for each item
};

// Of these atoms; without URIs, of the atom in the current directory. Prints warnings about overrides.
Graphs read_graphs(const Common& common, const GraphArguments& arguments);

// The nodes with the name "[SET::]LABEL[@VERSION]". Kind::failure if there are none.
engine::Nodes require_named(const engine::DependencyGraph& graph, const std::string& name);

}  // namespace eka::cli
