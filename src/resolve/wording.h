// Sentences about packages and sets of their versions.
#pragma once

#include <string>
#include <vector>

#include "resolve/derivation.h"
#include "resolve/facts.h"

namespace eka::resolve {

class Wording {
 public:
  Wording(const Facts& facts, std::string root) : facts_(facts), root_(std::move(root)) {}

  // A clause without a full stop: what a node of the derivation says.
  std::string clause(const Derivation::Node& node) const;
  // Those of two, joined; shorter when both say what the same subject needs.
  std::string clauses(const Derivation::Node& a, const Derivation::Node& b) const;
  // "a and b", with a comma where `a` has one.
  static std::string and_then(const std::string& a, const std::string& b);
  // Of a dependency: "auth ^2 (atom.toml:12)", and why nothing matches that, if so.
  std::string requirement(const Derivation::Node& node, bool with_reason) const;

 private:
  std::string fact(const Derivation::Node& node) const;
  std::string subject(const Derivation::Node& node) const;
  std::string why_nothing_matches(const Derivation::Node& node) const;
  std::string name(const Derivation::Package& package) const;
  // "auth 1.0.0", "every version of auth".
  std::string selected(const Derivation::Term& term) const;
  // "auth 1.2.0 and up", "some version of auth": what the opposite of a negative term says.
  std::string required(const Derivation::Term& term) const;
  // "1.0.0, 1.2.0 to 1.4.0 or 2.0.0 and up".
  std::string versions(const Derivation::Package& package, const VersionSet& set) const;

  const Facts& facts_;
  std::string root_;
};

// "a, b and c"
std::string join(const std::vector<std::string>& parts, const std::string& last);

}  // namespace eka::resolve
