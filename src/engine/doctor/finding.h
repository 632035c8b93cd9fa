// The result of one check of this machine.
#pragma once

#include <string>
#include <vector>

namespace eka::engine {

enum class Health {
  good,     // works
  note,     // works, and something is worth knowing
  warning,  // works, but worse than it could: slower, or less isolated
  broken,   // eka cannot work, or a part of it
};

struct Finding {
  std::string subject;  // "nix", "store", "user namespaces"
  Health health = Health::good;
  std::string message;  // what was found, or what is wrong and why it matters; no full stop
  std::string remedy;   // the command that mends it, or what to do if no command does; empty if there is nothing to do
};

using Findings = std::vector<Finding>;

}  // namespace eka::engine
