#include "resolve/incompatibility.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace eka::resolve {

IncompatibilityId Incompatibilities::add(Entry entry, std::span<Term> terms) {
  entry.first_term = static_cast<std::uint32_t>(terms_.size());
  entry.terms = static_cast<std::uint32_t>(terms.size());
  for (Term& term : terms) terms_.push_back(std::move(term));
  entries_.push_back(entry);
  return static_cast<IncompatibilityId>(entries_.size() - 1);
}

IncompatibilityId Incompatibilities::add_root(Term term) {
  Entry entry{};
  entry.reason = Reason::root;
  return add(entry, {&term, 1});
}

IncompatibilityId Incompatibilities::add_unusable(Term term) {
  Entry entry{};
  entry.reason = Reason::unusable;
  entry.subject = term.slot;
  return add(entry, {&term, 1});
}

IncompatibilityId Incompatibilities::add_dependency(Slot subject, Slot object, std::uint32_t wanted,
                                                    std::span<Term> terms) {
  Entry entry{};
  entry.reason = Reason::dependency;
  entry.subject = subject;
  entry.object = object;
  entry.wanted = wanted;
  return add(entry, terms);
}

IncompatibilityId Incompatibilities::add_learned(std::span<Term> terms, IncompatibilityId base,
                                                 std::span<const Resolution> chain) {
  Entry entry{};
  entry.reason = Reason::learned;
  entry.base = base;
  entry.first_step = static_cast<std::uint32_t>(steps_.size());
  entry.steps = static_cast<std::uint32_t>(chain.size());
  steps_.insert(steps_.end(), chain.begin(), chain.end());
  return add(entry, terms);
}

IncompatibilityId Incompatibilities::copy(const Incompatibilities& other, IncompatibilityId id) {
  std::vector<Term> terms(other.terms(id).begin(), other.terms(id).end());
  return add(other[id], terms);
}

std::vector<IncompatibilityId> all_behind(const Incompatibilities& known, IncompatibilityId id) {
  std::vector<IncompatibilityId> found{id};
  std::unordered_set<IncompatibilityId> seen{id};
  const auto visit = [&](IncompatibilityId cause) {
    if (seen.insert(cause).second) found.push_back(cause);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (known[found[i]].reason != Reason::learned) continue;
    visit(known[found[i]].base);
    for (const Resolution& step : known.chain(found[i])) visit(step.cause);
  }
  // A learned incompatibility refers only to earlier ones.
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<IncompatibilityId> facts_behind(const Incompatibilities& known, IncompatibilityId id) {
  std::vector<IncompatibilityId> out = all_behind(known, id);
  std::erase_if(out, [&](IncompatibilityId i) { return known[i].reason == Reason::learned; });
  return out;
}

}  // namespace eka::resolve
