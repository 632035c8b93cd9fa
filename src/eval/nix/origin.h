// Which atom of a closure a failure came from, and how the planned atom reaches it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Origin {
  // "auth 1.5.2", then who needs it, …, last the planned atom: the shortest way through the graph.
  std::vector<std::string> atoms;
  // What the first of them depends on: labels by set tag.
  std::map<std::string, std::vector<std::string>> dependencies;

  // "evaluating the atom auth 1.5.2, needed by log 1.1.0, needed by server 1.4.0"
  std::string sentence() const;
};

// The atom whose tree holds the innermost of `places` (store paths). `closure_json` is the document that was evaluated
// (nix/plan.nix). Nothing when no place is an atom's, or the document is none.
std::optional<Origin> find_origin(std::string_view closure_json, const std::vector<std::string>& places);

}  // namespace eka::eval
