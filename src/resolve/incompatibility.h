// Incompatibilities and their causes.
//
// An incompatibility is a set of terms, at most one per package, that are never all true in a solution. It represents a
// fact (a dependency, an unusable version, the selection of the root) or was learned from a conflict. A learned one
// stores its derivation as a chain: it starts with one incompatibility and resolves it on one package after another
// with the cause of the last assignment to that package. The binary tree of the PubGrub paper is created from these
// chains only for explanations (derivation.h).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "resolve/version_set.h"

namespace eka::resolve {

// A package, numbered by the solver in the order of discovery. Slot 0 is the root.
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
  dependency,  // versions of `subject` depend on `object`
  unusable,    // a version of `subject` cannot be selected
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
    std::uint32_t wanted;    // of a dependency: the requirement on the object (Packages::wanted)
    IncompatibilityId base;  // of a learned one: the start of its chain
    std::uint32_t first_step, steps;
  };

  IncompatibilityId add_root(Term term);
  IncompatibilityId add_unusable(Term term);
  // Terms: the subject's versions, and that the object does not satisfy the requirement (omitted if it never can).
  IncompatibilityId add_dependency(Slot subject, Slot object, std::uint32_t wanted, std::span<Term> terms);
  IncompatibilityId add_learned(std::span<Term> terms, IncompatibilityId base, std::span<const Resolution> chain);

  // Copies a fact of `other`.
  IncompatibilityId copy(const Incompatibilities& other, IncompatibilityId id);

  const Entry& operator[](IncompatibilityId id) const { return entries_[id]; }
  // The order of the terms has no meaning; propagation changes it.
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

// Everything `id` was derived from, including itself, causes before effects; or only the facts among them.
std::vector<IncompatibilityId> all_behind(const Incompatibilities& known, IncompatibilityId id);
std::vector<IncompatibilityId> facts_behind(const Incompatibilities& known, IncompatibilityId id);

}  // namespace eka::resolve
