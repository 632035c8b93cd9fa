// A derivation in plain words.
//
//   Because server 1.4.0 needs auth ^2 (atom.toml:12) and tool 0.3.0 needs auth ^1, server 1.4.0 cannot go with …
//
// Each line takes what the lines before it say; where that is not the line right above, it says which one it means by
// number. A proof that nobody would read is not printed: then the facts that exclude each other are listed.
#pragma once

#include <string>
#include <vector>

#include "resolve/derivation.h"
#include "resolve/facts.h"

namespace eka::resolve {

struct Explanation {
  std::vector<std::string> lines;
  bool numbered = false;  // lines refer to each other, or are many
  // The root's own requirements that take part, as "auth ^2 (atom.toml:12)": there is no solution unless one of them
  // changes (or something else is published).
  std::vector<std::string> root_requirements;

  std::string text() const;  // all of it, with a final newline
};

// `root` is how the root is called: "this atom".
Explanation explain(const Derivation& derivation, const Facts& facts, const std::string& root);

}  // namespace eka::resolve
