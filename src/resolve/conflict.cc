#include "resolve/conflict.h"

#include <algorithm>
#include <utility>

namespace eka::resolve {
namespace {

// A term and the assignment that satisfied it.
struct Held {
  Term term;
  PartialSolution::Satisfier since;
};

class Analysis {
 public:
  Analysis(const Incompatibilities& known, const PartialSolution& solution) : known_(known), solution_(solution) {}

  Lesson run(IncompatibilityId conflict) {
    Lesson lesson{conflict, {}, {}, 0, 0};
    for (const Term& term : known_.terms(conflict)) hold(term);
    while (!held_.empty()) {
      bring_latest_to_front();
      const Assignment& last = solution_[held_.front().since.position];
      lesson.level = level_below(last);
      lesson.last_level = last.level;
      if (last.is_decision() || lesson.level < last.level) break;
      lesson.chain.push_back({last.slot, last.cause});
      resolve(last);
    }
    std::sort(held_.begin(), held_.end(),
              [](const Held& a, const Held& b) { return a.since.position > b.since.position; });
    for (Held& held : held_) lesson.terms.push_back(std::move(held.term));
    return lesson;
  }

 private:
  void hold(const Term& term) { held_.push_back({term, solution_.satisfier(term.slot, term.set)}); }

  void bring_latest_to_front() {
    auto latest = std::max_element(held_.begin(), held_.end(),
                                   [](const Held& a, const Held& b) { return a.since.position < b.since.position; });
    std::swap(held_.front(), *latest);
  }

  const Term& term_of(IncompatibilityId cause, Slot slot) const {
    const auto terms = known_.terms(cause);
    return *std::find_if(terms.begin(), terms.end(), [slot](const Term& t) { return t.slot == slot; });
  }

  // The level at which everything except the assignment `last` was satisfied.
  std::uint32_t level_below(const Assignment& last) const {
    std::uint32_t level = 0;
    for (std::size_t i = 1; i < held_.size(); ++i) level = std::max(level, held_[i].since.level);
    if (!last.is_decision() && level < last.level) {
      // Earlier assignments to the same package may be required as well to satisfy the term.
      const VersionSet before = held_.front().term.set | term_of(last.cause, last.slot).set;
      if (!before.is_all()) level = std::max(level, solution_.satisfier(last.slot, before).level);
    }
    return level;
  }

  // If neither the conflict nor the cause can be satisfied, neither can their union with the package's terms merged.
  void resolve(const Assignment& last) {
    for (const Term& term : known_.terms(last.cause)) {
      if (term.slot == last.slot) {
        held_.front().term.set |= term.set;
      } else {
        add(term);
      }
    }
    Held& grown = held_.front();
    if (grown.term.set.is_all()) {
      std::swap(grown, held_.back());
      held_.pop_back();
    } else {
      grown.since = solution_.satisfier(grown.term.slot, grown.term.set);
    }
  }

  void add(const Term& term) {
    const auto it = std::find_if(held_.begin(), held_.end(), [&](const Held& h) { return h.term.slot == term.slot; });
    if (it == held_.end()) return hold(term);
    it->term.set &= term.set;
    it->since = solution_.satisfier(term.slot, it->term.set);
  }

  const Incompatibilities& known_;
  const PartialSolution& solution_;
  std::vector<Held> held_;
};

}  // namespace

Lesson learn(const Incompatibilities& known, const PartialSolution& solution, IncompatibilityId conflict) {
  return Analysis(known, solution).run(conflict);
}

}  // namespace eka::resolve
