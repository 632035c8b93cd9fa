// Finds the atom of a closure in which a failure occurred, and its path from the planned atom.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Origin {
  // "auth 1.5.2", then its dependent, …, up to the planned atom: the shortest path in the graph.
  std::vector<std::string> atoms;
  // Dependencies of the first atom: labels by set tag.
  std::map<std::string, std::vector<std::string>> dependencies;

  // "evaluating the atom auth 1.5.2, needed by log 1.1.0, needed by server 1.4.0"
  std::string sentence() const;
};

// The atom whose tree contains the innermost of `places` (store paths). `closure_json` is the evaluated document
// (nix/plan.nix). Nothing if no place belongs to an atom, or if the document is invalid.
std::optional<Origin> find_origin(std::string_view closure_json, const std::vector<std::string>& places);

}  // namespace eka::eval
