// The partial solution: for each package the set of versions still possible, narrowed step by step. A trail of
// assignments allows backtracking level by level. Each decision opens a level. A derivation belongs to the level at
// which its cause became satisfied, which may be lower than the current one (see solver.cc).
#pragma once

#include <cstdint>
#include <vector>

#include "resolve/incompatibility.h"
#include "resolve/version_set.h"

namespace eka::resolve {

struct Assignment {
  Slot slot;
  std::uint32_t level;
  IncompatibilityId cause;  // no_incompatibility: a decision
  bool is_decision() const { return cause == no_incompatibility; }
};

class PartialSolution {
 public:
  using Position = std::uint32_t;  // in the trail

  // Adds a package with `versions` versions; it gets the next slot.
  void add(std::uint32_t versions);
  std::uint32_t packages() const { return static_cast<std::uint32_t>(possible_.size()); }

  // Never empty.
  const VersionSet& possible(Slot slot) const { return possible_[slot]; }
  std::uint32_t domain_size(Slot slot) const { return possible(slot).size(); }
  bool is_decided(Slot slot) const { return decided_[slot] != 0; }

  bool satisfies(const Term& term) const { return possible(term.slot).subset_of(term.set); }
  bool contradicts(const Term& term) const { return possible(term.slot).disjoint_from(term.set); }

  std::uint32_t level() const { return level_; }
  Position length() const { return static_cast<Position>(trail_.size()); }
  const Assignment& operator[](Position position) const { return trail_[position]; }

  // Opens a level.
  void decide(Slot slot, VersionSet::Member version);
  // The package has one version left whose dependencies have been added: nothing is left to decide.
  void settle(Slot slot);
  // Removes `excluded` from the possible versions; must remove some, but not all. `level`: where `cause` became
  // satisfied, which may be lower than the current level.
  void derive(Slot slot, const VersionSet& excluded, IncompatibilityId cause, std::uint32_t level);
  // Undoes all levels above `level`. `touched` is called with the slots of all undone assignments. `again` receives the
  // causes of assignments that belong to remaining levels, in order, to derive them again.
  template <class Touched>
  void backtrack(std::uint32_t level, std::vector<IncompatibilityId>& again, Touched touched);

  // The first assignment after which `slot` is within `set`, and the level of all assignments to the slot up to that
  // one. `slot` must be within `set` now, but not initially.
  struct Satisfier {
    Position position;
    std::uint32_t level;
  };
  Satisfier satisfier(Slot slot, const VersionSet& set) const;

 private:
  struct Step {
    VersionSet before;  // the possible versions before
    Position position;  // the assignment that reduced them
    std::uint32_t level;
  };

  void push(Slot slot, VersionSet set, IncompatibilityId cause, std::uint32_t level);
  void pop();

  std::vector<VersionSet> possible_;  // by slot, like the next two
  std::vector<std::vector<Step>> histories_;
  std::vector<std::uint8_t> decided_;
  struct Settled {
    Slot slot;
    std::uint32_t level;
  };
  std::vector<Assignment> trail_;
  std::vector<Position> decisions_;  // start of each level, from 1
  std::vector<Settled> settled_;
  std::uint32_t level_ = 0;
};

template <class Touched>
void PartialSolution::backtrack(std::uint32_t level, std::vector<IncompatibilityId>& again, Touched touched) {
  if (level >= level_) return;
  const Position end = decisions_[level];
  for (Position i = end; i < length(); ++i) {
    if (trail_[i].level <= level) again.push_back(trail_[i].cause);
  }
  while (length() > end) {
    const Slot slot = trail_.back().slot;
    pop();
    touched(slot);
  }
  while (!settled_.empty() && settled_.back().level > level) {
    const Slot slot = settled_.back().slot;
    decided_[slot] = 0;
    settled_.pop_back();
    touched(slot);
  }
  decisions_.resize(level);
  level_ = level;
}

}  // namespace eka::resolve
