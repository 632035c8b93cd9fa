// The derivations that derivations need, as a graph that is read once.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/context/context.h"

namespace eka::engine {

class DerivationGraph {
 public:
  // Reads these derivations of the real store, and all that they need, as far as they are not read yet. Throws the
  // errors of Evaluator::derivations().
  coro::Task<> read(Context& context, std::vector<std::string> drv_paths);

  // A derivation that was read, and all that it needs.
  std::set<std::string> closure(const std::string& drv_path) const;
  // The paths of all their outputs.
  std::set<std::string> outputs(const std::set<std::string>& drv_paths) const;
  // Those of `drv_paths` with an output that is not among `outputs`. A derivation that differs only in how its inputs
  // are fetched has the same outputs.
  std::set<std::string> others(const std::set<std::string>& drv_paths, const std::set<std::string>& outputs) const;

 private:
  struct Node {
    std::vector<std::string> outputs;  // paths
    std::vector<std::string> inputs;   // derivations
  };
  std::unordered_map<std::string, Node> nodes_;
};

}  // namespace eka::engine
