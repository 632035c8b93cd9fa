#include "resolve/derivation.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace eka::resolve {
namespace {

class Unrolling {
 public:
  Unrolling(const Facts& facts, const Packages& packages, const Manifest& root, const Incompatibilities& known)
      : facts_(facts), packages_(packages), root_(root), known_(known) {}

  Derivation run(IncompatibilityId conclusion) {
    constexpr std::size_t longest = 20'000;
    if (proof_length(known_, conclusion) > longest) {
      for (const IncompatibilityId id : facts_behind(known_, conclusion)) fact(id);
      add({});
      out_.is_cut = true;
      return std::move(out_);
    }
    for (const IncompatibilityId id : all_behind(known_, conclusion)) {
      node_[id] = known_[id].reason == Reason::learned ? unroll(id) : fact(id);
    }
    return std::move(out_);
  }

 private:
  Derivation::Package package(Slot slot) const {
    if (slot == root_slot) return std::nullopt;
    return packages_.id(slot);
  }

  std::size_t fact(IncompatibilityId id) {
    const Incompatibilities::Entry& entry = known_[id];
    Derivation::Node node;
    node.reason = entry.reason;
    for (const Term& term : known_.terms(id)) node.terms.push_back({package(term.slot), term.set});
    if (entry.reason != Reason::root) {
      node.subject = package(entry.subject);
      const Manifest* manifest = &root_;
      if (node.subject) {
        const auto terms = known_.terms(id);
        const auto it =
            std::find_if(terms.begin(), terms.end(), [&](const Term& t) { return t.slot == entry.subject; });
        manifest = facts_.manifest(*node.subject, it->set.highest() - 1);
      }
      entry.reason == Reason::unusable ? void(node.note = manifest->unusable_because)
                                       : tell_dependency(node, entry, *manifest);
    }
    return add(std::move(node));
  }

  void tell_dependency(Derivation::Node& node, const Incompatibilities::Entry& entry, const Manifest& manifest) const {
    node.object = package(entry.object);
    const Dependency& wanted = packages_.dependency(entry.wanted);
    node.requirement = wanted.requirement;
    node.counted = wanted.counted;
    for (const Dependency& dependency : manifest.dependencies) {
      if (node.object == dependency.package && dependency.requirement == wanted.requirement &&
          dependency.counted == wanted.counted) {
        node.note = dependency.note;
        break;
      }
    }
  }

  // The chain as nodes with two causes each: the resolvent contains the terms of both, with the union of the pivot's
  // sets. Facts may have been extended after the conflict, so either side may no longer contain the pivot; then that
  // side alone is the stronger statement.
  std::size_t unroll(IncompatibilityId id) {
    std::size_t current = node_.at(known_[id].base);
    for (const Resolution& step : known_.chain(id)) {
      const std::size_t cause = node_.at(step.cause);
      if (!mentions(current, package(step.pivot))) continue;
      if (!mentions(cause, package(step.pivot))) {
        current = cause;
        continue;
      }
      Derivation::Node node;
      node.causes = {current, cause};
      node.terms = resolve(out_.nodes[current].terms, out_.nodes[cause].terms, package(step.pivot));
      current = add(std::move(node));
    }
    return current;
  }

  bool mentions(std::size_t node, Derivation::Package package) const {
    const auto& terms = out_.nodes[node].terms;
    return std::any_of(terms.begin(), terms.end(), [&](const Derivation::Term& t) { return t.package == package; });
  }

  static std::vector<Derivation::Term> resolve(const std::vector<Derivation::Term>& a,
                                               const std::vector<Derivation::Term>& b, Derivation::Package pivot) {
    std::vector<Derivation::Term> out = a;
    for (const Derivation::Term& term : b) {
      const auto it = std::find_if(out.begin(), out.end(), [&](const auto& t) { return t.package == term.package; });
      if (it == out.end()) {
        out.push_back(term);
      } else if (term.package == pivot) {
        it->set |= term.set;
        if (it->set.is_all()) out.erase(it);
      } else {
        it->set &= term.set;
      }
    }
    return out;
  }

  std::size_t add(Derivation::Node node) {
    out_.nodes.push_back(std::move(node));
    return out_.nodes.size() - 1;
  }

  const Facts& facts_;
  const Packages& packages_;
  const Manifest& root_;
  const Incompatibilities& known_;
  std::unordered_map<IncompatibilityId, std::size_t> node_;
  Derivation out_;
};

}  // namespace

std::size_t proof_length(const Incompatibilities& known, IncompatibilityId conclusion) {
  std::size_t steps = 0;
  for (const IncompatibilityId id : all_behind(known, conclusion)) steps += known.chain(id).size();
  return steps;
}

Derivation derive(const Facts& facts, const Packages& packages, const Manifest& root, const Incompatibilities& known,
                  IncompatibilityId conclusion) {
  return Unrolling(facts, packages, root, known).run(conclusion);
}

}  // namespace eka::resolve
