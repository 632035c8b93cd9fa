// Reads the dependency graphs that commands show.
#pragma once

#include <string>
#include <vector>

#include "cli/command/command.h"
#include "engine/plan/dependency_graph.h"
#include "engine/query/paths.h"

namespace eka::cli {

struct Graphs {
  std::vector<engine::Wanted> items;
  engine::GraphReport report;  // one graph for each item
};

// Of these atoms; without URIs, of the atom in the current directory.
Graphs read_graphs(const Common& common, const std::vector<std::string>& uris);

// Prints the errors and costs; returns the exit code.
int finish_graphs(const Common& common, const Graphs& graphs, const std::vector<Error>& errors);

// The nodes with the name "[SET::]LABEL[@VERSION]". Kind::failure if there are none.
engine::Nodes require_named(const engine::DependencyGraph& graph, const std::string& name);

}  // namespace eka::cli
