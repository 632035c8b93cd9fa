// The undecided packages that are known to be in the solution, by priority, lowest first.
#pragma once

#include <cstdint>
#include <vector>

#include "resolve/incompatibility.h"

namespace eka::resolve {

// A binary heap that knows the position of each entry, so a priority can be changed in O(log n).
class DecisionQueue {
 public:
  using Priority = std::uint64_t;  // unique; otherwise the order would depend on history

  bool is_empty() const { return heap_.empty(); }
  Slot top() const { return heap_.front(); }
  void set(Slot slot, Priority priority);
  void erase(Slot slot);
  const std::vector<Slot>& slots() const { return heap_; }  // unordered

 private:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  void rise(std::uint32_t index);
  void sink(std::uint32_t index);
  void place(std::uint32_t index, Slot slot) {
    heap_[index] = slot;
    index_[slot] = index;
  }

  std::vector<Slot> heap_;
  std::vector<std::uint32_t> index_;  // by slot
  std::vector<Priority> priority_;    // by slot
};

}  // namespace eka::resolve
