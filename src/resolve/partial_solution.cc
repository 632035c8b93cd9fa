#include "resolve/partial_solution.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace eka::resolve {

void PartialSolution::add(std::uint32_t versions) {
  possible_.push_back(VersionSet::all(versions + 1));
  histories_.emplace_back();
  decided_.push_back(0);
}

void PartialSolution::push(Slot slot, VersionSet set, IncompatibilityId cause, std::uint32_t level) {
  assert(!set.is_empty());
  std::vector<Step>& history = histories_[slot];
  const std::uint32_t all = history.empty() ? level : std::max(level, history.back().level);
  history.push_back({std::exchange(possible_[slot], std::move(set)), length(), all});
  trail_.push_back({slot, level, cause});
}

void PartialSolution::pop() {
  const Slot slot = trail_.back().slot;
  possible_[slot] = std::move(histories_[slot].back().before);
  histories_[slot].pop_back();
  trail_.pop_back();
}

void PartialSolution::decide(Slot slot, VersionSet::Member version) {
  ++level_;
  decisions_.push_back(length());
  push(slot, VersionSet::only(domain_size(slot), version), no_incompatibility, level_);
  settle(slot);
}

void PartialSolution::settle(Slot slot) {
  decided_[slot] = 1;
  settled_.push_back({slot, level_});
}

void PartialSolution::derive(Slot slot, const VersionSet& excluded, IncompatibilityId cause, std::uint32_t level) {
  push(slot, possible(slot) - excluded, cause, level);
}

PartialSolution::Satisfier PartialSolution::satisfier(Slot slot, const VersionSet& set) const {
  // The possible versions only become fewer, so this finds the point where "within `set`" becomes true.
  const std::vector<Step>& history = histories_[slot];
  std::size_t low = 0, high = history.size();  // not within before step `low`; within before `high`, which is now
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (history[middle].before.subset_of(set) ? high : low) = middle;
  }
  return {history[high - 1].position, history[high - 1].level};
}

}  // namespace eka::resolve
