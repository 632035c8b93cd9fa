#include "resolve/decision_queue.h"

#include <map>
#include <random>

#include <doctest/doctest.h>

using eka::resolve::DecisionQueue;
using eka::resolve::Slot;

TEST_CASE("the queue returns the lowest priority after any sequence of changes") {
  DecisionQueue queue;
  std::map<DecisionQueue::Priority, Slot> model;
  std::map<Slot, DecisionQueue::Priority> priority;
  std::mt19937 random(7);
  for (int step = 0; step < 20'000; ++step) {
    const Slot slot = static_cast<Slot>(random() % 200);
    if (const auto it = priority.find(slot); it != priority.end()) model.erase(it->second);
    priority.erase(slot);
    if (random() % 3 == 0) {
      queue.erase(slot);
    } else {
      const DecisionQueue::Priority p = (random() % 50) << 20 | slot;
      queue.set(slot, p);
      model[p] = slot;
      priority[slot] = p;
    }
    REQUIRE(queue.is_empty() == model.empty());
    if (!model.empty()) REQUIRE(queue.top() == model.begin()->second);
  }
}
