// An evaluator without Nix. A "derivation" is the whole graph that the evaluated atom sees, read from the directories
// that were laid out, so that a wrong tree, a wrong version or a wrong edge gives another path.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "eval/evaluator.h"
#include "tests/sim/faults.h"
#include "tests/sim/simulator.h"

namespace eka::sim {

// The Nix store of a world. It outlives processes and power cuts.
struct Store {
  std::set<std::string> valid;
  // Of every derivation ever made, the code of the atoms that it was made of.
  std::map<std::string, std::set<std::string>> made_of;
};

// The store path of what a graph's text describes; the model computes it likewise.
std::string derivation_path(const std::string& graph);

std::unique_ptr<eval::Evaluator> make_evaluator(Simulator& simulator, const Faults& faults, Store& store);

}  // namespace eka::sim
