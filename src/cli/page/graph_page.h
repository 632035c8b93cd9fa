// The page of `eka graph --format html`: a picture of the graph to explore, and a list of its atoms.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/dependency_graph.h"

namespace eka::cli {

// HTML. An atom that is in several graphs is shown once. Pure.
std::string graph_page(const std::vector<engine::DependencyGraph>& graphs);

}  // namespace eka::cli
