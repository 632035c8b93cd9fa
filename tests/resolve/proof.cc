#include "tests/resolve/proof.h"

#include <algorithm>
#include <vector>

namespace eka::tests {
namespace {

using resolve::Derivation;
using resolve::VersionSet;

class Check {
 public:
  Check(const Derivation& derivation, const bench::Universe& universe)
      : nodes_(derivation.nodes), universe_(universe) {}

  std::string run() const {
    if (nodes_.empty() || !nodes_.back().terms.empty()) return "the conclusion is not that there is no solution";
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::string wrong = nodes_[i].reason == resolve::Reason::learned ? step(i) : fact(nodes_[i]);
      if (!wrong.empty()) return "node " + std::to_string(i) + ": " + wrong;
    }
    return {};
  }

 private:
  VersionSet set_of(const Derivation::Node& node, Derivation::Package package) const {
    for (const auto& term : node.terms) {
      if (term.package == package) return term.set;
    }
    const std::size_t versions = package ? universe_.versions(*package)->list.size() : 1;
    return VersionSet::all(static_cast<std::uint32_t>(versions + 1));
  }

  // Whatever satisfies all terms of the node must satisfy all terms of one of its causes: for all packages but one, the
  // intersection of both; for that one, their union.
  std::string step(std::size_t i) const {
    const Derivation::Node& node = nodes_[i];
    if (node.causes[0] >= i || node.causes[1] >= i) return "a cause does not come before its effect";
    const Derivation::Node &a = nodes_[node.causes[0]], &b = nodes_[node.causes[1]];
    std::vector<Derivation::Package> packages;
    for (const auto* cause : {&a, &b}) {
      for (const auto& term : cause->terms) packages.push_back(term.package);
    }
    std::vector<Derivation::Package> pivots;
    for (const auto package : packages) {
      const VersionSet set = set_of(node, package), in_a = set_of(a, package), in_b = set_of(b, package);
      if (set.subset_of(in_a) && set.subset_of(in_b)) continue;
      if (!set.subset_of(in_a | in_b)) return "does not follow";
      if (std::find(pivots.begin(), pivots.end(), package) == pivots.end()) pivots.push_back(package);
    }
    return pivots.size() <= 1 ? "" : "resolves on two packages at once";
  }

  std::string fact(const Derivation::Node& node) const {
    if (node.reason == resolve::Reason::root) {
      return set_of(node, std::nullopt).contains(1) ? "the root is not in every solution" : "";
    }
    const VersionSet subjects = set_of(node, node.subject);
    for (VersionSet::Member m = 0; m < subjects.size(); ++m) {
      if (!subjects.contains(m)) continue;
      if (m == 0) return "a fact about a package that is not selected";
      if (!holds(node, m)) return "a fact that is none";
    }
    return {};
  }

  bool holds(const Derivation::Node& node, VersionSet::Member version) const {
    const resolve::Manifest* manifest = node.subject ? universe_.manifest(*node.subject, version - 1) : nullptr;
    if (node.reason == resolve::Reason::unusable) return manifest != nullptr && !manifest->unusable_because.empty();
    const auto& needs = manifest != nullptr ? manifest->dependencies : universe_.request.root;
    const auto& list = universe_.versions(*node.object)->list;
    return std::any_of(needs.begin(), needs.end(), [&](const resolve::Dependency& d) {
      if (d.package != *node.object || !(d.requirement == *node.requirement)) return false;
      const VersionSet unwanted = set_of(node, node.object);
      if (node.object == node.subject) return !d.requirement.matches(list[version - 1]);
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (unwanted.contains(static_cast<VersionSet::Member>(i + 1)) && d.requirement.matches(list[i])) return false;
      }
      return true;
    });
  }

  const std::vector<Derivation::Node>& nodes_;
  const bench::Universe& universe_;
};

}  // namespace

std::string flaw(const Derivation& derivation, const bench::Universe& universe) {
  return Check(derivation, universe).run();
}

}  // namespace eka::tests
