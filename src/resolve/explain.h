// Explains a derivation as text.
//
//   Because server 1.4.0 needs auth ^2 (atom.toml:12) and tool 0.3.0 needs auth ^1, server 1.4.0 is incompatible with …
//
// Each line builds on the lines before it, and refers to a line other than the previous one by number. If the proof is
// too long to read, the facts that it uses are listed instead.
#pragma once

#include <string>
#include <vector>

#include "resolve/derivation.h"
#include "resolve/facts.h"

namespace eka::resolve {

struct Explanation {
  std::vector<std::string> lines;
  bool numbered = false;  // lines refer to each other, or there are many
  // The requirements of the root that are part of the proof, as "auth ^2 (atom.toml:12)": without a change to one of
  // them (or a new version of another atom), there is no solution.
  std::vector<std::string> root_requirements;

  std::string text() const;  // ends with a newline
};

// `root` is the name used for the root: "this atom".
Explanation explain(const Derivation& derivation, const Facts& facts, const std::string& root);

}  // namespace eka::resolve
