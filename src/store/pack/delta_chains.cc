#include "store/pack/delta_chains.h"

#include <algorithm>

namespace eka::store {

void DeltaChains::add_whole(std::uint64_t place) {
  entries_.push_back({place, 0, 0});
}

bool DeltaChains::add_by_place(std::uint64_t place, std::uint64_t base, Sizes sizes) {
  const auto below = std::ranges::lower_bound(entries_, base, {}, &Entry::place);
  if (below == entries_.end() || below->place != base) return false;
  const bool on_whole = below->chain == 0;
  add(place, (on_whole ? sizes.base : below->chain) + sizes.result, below->tree);
  return true;
}

void DeltaChains::add_by_id(std::uint64_t place, Sizes sizes) {
  longest_.push_back(0);
  add(place, sizes.base + sizes.result, longest_.size() - 1);
}

void DeltaChains::add(std::uint64_t place, std::uint64_t chain, std::size_t tree) {
  entries_.push_back({place, chain, tree});
  within_trees_ += chain;
  if (tree != 0) ++upon_ids_;
  if (chain <= longest_[tree]) return;
  any_chain_ += chain - longest_[tree];
  longest_[tree] = chain;
}

}  // namespace eka::store
