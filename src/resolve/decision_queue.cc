#include "resolve/decision_queue.h"

#include <algorithm>

namespace eka::resolve {

void DecisionQueue::set(Slot slot, Priority priority) {
  if (slot >= index_.size()) {
    index_.resize(std::max<std::size_t>(slot + 1, 2 * index_.size()), nowhere);
    priority_.resize(index_.size(), 0);
  }
  if (index_[slot] == nowhere) {
    heap_.push_back(slot);
    index_[slot] = static_cast<std::uint32_t>(heap_.size() - 1);
  } else if (priority_[slot] == priority) {
    return;
  }
  priority_[slot] = priority;
  rise(index_[slot]);
  sink(index_[slot]);
}

void DecisionQueue::erase(Slot slot) {
  if (slot >= index_.size() || index_[slot] == nowhere) return;
  const std::uint32_t hole = index_[slot];
  const Slot last = heap_.back();
  heap_.pop_back();
  index_[slot] = nowhere;
  if (last == slot) return;
  place(hole, last);
  rise(hole);
  sink(index_[last]);
}

void DecisionQueue::rise(std::uint32_t index) {
  const Slot slot = heap_[index];
  while (index > 0) {
    const std::uint32_t parent = (index - 1) / 2;
    if (priority_[heap_[parent]] <= priority_[slot]) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, slot);
}

void DecisionQueue::sink(std::uint32_t index) {
  const Slot slot = heap_[index];
  for (;;) {
    std::uint32_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && priority_[heap_[child + 1]] < priority_[heap_[child]]) ++child;
    if (priority_[slot] <= priority_[heap_[child]]) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, slot);
}

}  // namespace eka::resolve
