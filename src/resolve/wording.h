// Text about packages and version sets, for explanations.
#pragma once

#include <string>
#include <vector>

#include "resolve/derivation.h"
#include "resolve/facts.h"

namespace eka::resolve {

class Wording {
 public:
  Wording(const Facts& facts, std::string root) : facts_(facts), root_(std::move(root)) {}

  // The statement of a node, as a clause without a full stop.
  std::string clause(const Derivation::Node& node) const;
  // The statements of two nodes; shorter if both are dependencies of the same subject.
  std::string clauses(const Derivation::Node& a, const Derivation::Node& b) const;
  // "a and b", with a comma before "and" if `a` contains one.
  static std::string and_then(const std::string& a, const std::string& b);
  // The requirement of a dependency, "auth ^2 (atom.toml:12)"; `with_reason`: and why no version matches, if so.
  std::string requirement(const Derivation::Node& node, bool with_reason) const;

 private:
  std::string fact(const Derivation::Node& node) const;
  std::string subject(const Derivation::Node& node) const;
  std::string why_nothing_matches(const Derivation::Node& node) const;
  std::string name(const Derivation::Package& package) const;
  // "auth 1.0.0", "every version of auth".
  std::string selected(const Derivation::Term& term) const;
  // The negation of a negative term: "auth 1.2.0 and up".
  std::string required(const Derivation::Term& term) const;
  // "1.0.0, 1.2.0 to 1.4.0 or 2.0.0 and up".
  std::string versions(const Derivation::Package& package, const VersionSet& set) const;

  const Facts& facts_;
  std::string root_;
};

// "a, b and c"
std::string join(const std::vector<std::string>& parts, const std::string& last);

}  // namespace eka::resolve
