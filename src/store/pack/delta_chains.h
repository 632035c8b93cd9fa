// Estimates the worst-case cost of resolving the deltas of a pack: for each delta, the bytes of every object along its
// chain, down to a non-delta object.
//
// libgit2's indexer resolves deltas one by one, each from the bottom of its chain unless an object on the way is in its
// cache, which holds 16 MB of objects below 1 MB each. So a chain of n large objects costs O(n²), and so do many chains
// of small objects that grow in turn. The estimate ignores the cache.
//
// The base of a REF_DELTA is unknown while the pack streams. It could be any other object of the pack, so all
// REF_DELTAs count as if they formed one chain, each with the longest chain that builds on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace eka::store {

class DeltaChains {
 public:
  // The sizes declared by a delta.
  struct Sizes {
    std::uint64_t base = 0;
    std::uint64_t result = 0;
  };

  // Add entries in the order of their offsets: a non-delta object; a delta on the entry at `base`; a REF_DELTA.
  void add_whole(std::uint64_t place);
  // Returns false if no entry begins at `base`.
  bool add_by_place(std::uint64_t place, std::uint64_t base, Sizes sizes);
  void add_by_id(std::uint64_t place, Sizes sizes);

  // The cost of everything added, in bytes.
  std::uint64_t work() const { return within_trees_ + upon_ids_ * any_chain_; }

 private:
  // Chains that end in the same REF_DELTA form a tree; those that end in non-delta objects are all in the first tree.
  struct Entry {
    std::uint64_t place;
    std::uint64_t chain;  // down to the root of its tree; 0 for a non-delta object
    std::size_t tree;
  };
  void add(std::uint64_t place, std::uint64_t chain, std::size_t tree);

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> longest_{0};  // per tree
  std::uint64_t any_chain_ = 0;            // upper bound for any chain: the sum of `longest_`
  std::uint64_t within_trees_ = 0;
  std::uint64_t upon_ids_ = 0;  // deltas in trees whose root is a REF_DELTA
};

}  // namespace eka::store
