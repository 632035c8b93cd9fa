// What it takes at the worst to unfold the deltas of a pack: for each of them, the bytes of every object along its
// chain, down to one that is whole.
//
// libgit2's indexer unfolds deltas one after another, each from the bottom of its chain unless it still remembers an
// object on the way; it remembers 16 MB of objects that are below 1 MB each. So a chain of n large objects costs their
// square, and many chains of small ones do that grow by turns. Nothing that it remembers is counted on here.
//
// What a delta by id builds upon is not known as the pack goes by. It could be any other object of the pack, so all
// deltas by id count as if they stood in one chain, each with the longest that stands upon it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace eka::store {

class DeltaChains {
 public:
  // The sizes that a delta declares.
  struct Sizes {
    std::uint64_t base = 0;
    std::uint64_t result = 0;
  };

  // Entries in the order of their places. An object that is whole; a delta on the entry at `base`; one by id.
  void add_whole(std::uint64_t place);
  // False when no entry begins at `base`.
  bool add_by_place(std::uint64_t place, std::uint64_t base, Sizes sizes);
  void add_by_id(std::uint64_t place, Sizes sizes);

  // In bytes, of all that was added.
  std::uint64_t work() const { return within_trees_ + upon_ids_ * any_chain_; }

 private:
  // Chains that end in the same delta by id are a tree; those that end in whole objects are all in the first.
  struct Entry {
    std::uint64_t place;
    std::uint64_t chain;  // down to the root of its tree; 0 for what is whole
    std::size_t tree;
  };
  void add(std::uint64_t place, std::uint64_t chain, std::size_t tree);

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> longest_{0};  // chain of each tree
  std::uint64_t any_chain_ = 0;            // no chain can be longer: the sum of these
  std::uint64_t within_trees_ = 0;
  std::uint64_t upon_ids_ = 0;  // deltas that go on below their tree
};

}  // namespace eka::store
