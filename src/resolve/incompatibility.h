// What is known not to hold together, and why.
//
// An incompatibility is a set of terms, at most one per package, that are never all true in a solution. It comes from a
// fact (a version needs something; a version cannot be used; the root must be there) or was learned from a conflict.
// One that was learned remembers its derivation as a chain: start with one incompatibility, then resolve on one package
// after another with the cause of what that package was last known to be. The binary tree that PubGrub speaks of is
// unrolled from these chains only when somebody wants an explanation (derivation.h).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "resolve/version_set.h"

namespace eka::resolve {

// A package as the solver numbers it: in the order in which it met them. Slot 0 is the root.
using Slot = std::uint32_t;
inline constexpr Slot root_slot = 0;

struct Term {
  Slot slot = 0;
  VersionSet set;
};

using IncompatibilityId = std::uint32_t;
inline constexpr IncompatibilityId no_incompatibility = std::numeric_limits<IncompatibilityId>::max();

enum class Reason : std::uint8_t {
  root,        // the root is in every solution
  dependency,  // versions of `subject` need `object`
  unusable,    // a version of `subject` cannot be chosen
  learned,
};

// One step of a derivation: the incompatibility so far, resolved on `pivot` with `cause`.
struct Resolution {
  Slot pivot;
  IncompatibilityId cause;
};

class Incompatibilities {
 public:
  struct Entry {
    std::uint32_t first_term, terms;
    Reason reason;
    Slot subject, object;    // of a dependency; the subject also of `unusable`
    std::uint32_t wanted;    // of a dependency: which of the object's requirements (requirement_sets.h)
    IncompatibilityId base;  // of what was learned: where its chain starts
    std::uint32_t first_step, steps;
  };

  IncompatibilityId add_root(Term term);
  IncompatibilityId add_unusable(Term term);
  // The terms: the subject's versions, and that the object is not as wanted (left out when it never can be).
  IncompatibilityId add_dependency(Slot subject, Slot object, std::uint32_t wanted, std::span<Term> terms);
  IncompatibilityId add_learned(std::span<Term> terms, IncompatibilityId base, std::span<const Resolution> chain);

  // A fact of another.
  IncompatibilityId copy(const Incompatibilities& other, IncompatibilityId id);

  const Entry& operator[](IncompatibilityId id) const { return entries_[id]; }
  // The order of the terms means nothing and is the propagator's to change.
  std::span<Term> terms(IncompatibilityId id) { return {terms_.data() + entries_[id].first_term, entries_[id].terms}; }
  std::span<const Term> terms(IncompatibilityId id) const {
    return {terms_.data() + entries_[id].first_term, entries_[id].terms};
  }
  std::span<const Resolution> chain(IncompatibilityId id) const {
    return {steps_.data() + entries_[id].first_step, entries_[id].steps};
  }

 private:
  IncompatibilityId add(Entry entry, std::span<Term> terms);

  std::vector<Entry> entries_;
  std::vector<Term> terms_;
  std::vector<Resolution> steps_;
};

// All that `id` was derived from, itself included, causes before effects; and only the facts among them.
std::vector<IncompatibilityId> all_behind(const Incompatibilities& known, IncompatibilityId id);
std::vector<IncompatibilityId> facts_behind(const Incompatibilities& known, IncompatibilityId id);

}  // namespace eka::resolve
