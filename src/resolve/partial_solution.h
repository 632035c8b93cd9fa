// What is believed so far: for every package the set of its versions still possible, narrowed step by step along a
// trail that can be taken back level by level. Each decision opens a level. What is derived belongs to the level from
// which on its cause stood, which may be a lower one than the last (solver.cc says why).
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
  using Position = std::uint32_t;  // on the trail

  // A package with `versions` versions; it gets the next slot.
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
  // The package has one version left, and what that needs has been seen: nothing is left to decide.
  void settle(Slot slot);
  // `possible` minus `excluded`, which must neither be nothing nor all of it. `level`: from which on `cause` says so;
  // that may be less than the present one.
  void derive(Slot slot, const VersionSet& excluded, IncompatibilityId cause, std::uint32_t level);
  // Takes back every level above `level`. `touched` is told the slots of all that is undone; `again` the causes of what
  // is undone only because it stood among the higher levels, in order, to derive it again.
  template <class Touched>
  void backtrack(std::uint32_t level, std::vector<IncompatibilityId>& again, Touched touched);

  // The first assignment after which `slot` lies within `set`, which must hold now and not at the very beginning; and
  // the level from which on all the assignments to the slot up to that one stand.
  struct Satisfier {
    Position position;
    std::uint32_t level;
  };
  Satisfier satisfier(Slot slot, const VersionSet& set) const;

 private:
  struct Step {
    VersionSet before;  // what was possible
    Position position;  // the assignment that made it less
    std::uint32_t level;
  };

  void push(Slot slot, VersionSet set, IncompatibilityId cause, std::uint32_t level);
  void pop();

  std::vector<VersionSet> possible_;  // by slot, as are these two
  std::vector<std::vector<Step>> histories_;
  std::vector<std::uint8_t> decided_;
  struct Settled {
    Slot slot;
    std::uint32_t level;
  };
  std::vector<Assignment> trail_;
  std::vector<Position> decisions_;  // by level, from 1: where it begins
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
