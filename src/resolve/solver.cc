// Facts about a version become incompatibilities when the version is first tried (expand). propagate() searches for
// incompatibilities of which all terms but one are satisfied and derives the negation of that term. As in SAT solvers,
// each incompatibility watches two of its unsatisfied terms: it is inspected only when a watched term becomes
// satisfied, and backtracking does not change the watches. When all terms are satisfied, learn_from() derives an
// incompatibility that would have shown the conflict earlier, backtracks to the level where one of its terms is
// unsatisfied, and continues there.
//
// Backtracking far would discard hundreds of decisions that are unrelated to the conflict, only to make them again. In
// that case, only one level is undone (chronological backtracking, Nadel and Ryvchin 2018): what was learned is derived
// among higher levels than the one it belongs to, and is kept when those are undone (PartialSolution::backtrack).
//
// Differences from the published algorithm: terms are sets (version_set.h), so there are no separate incompatibilities
// for "no version matches"; a package with one version left is settled without opening a level; versions with the same
// dependency share one incompatibility, whose first term is extended as further versions are tried.
#include "resolve/solver.h"

#include <algorithm>
#include <utility>

namespace eka::resolve {
namespace {

// A few milliseconds.
constexpr std::uint64_t steps_between_checkpoints = 100'000;

}  // namespace

Solver::Solver(const Facts& facts, Request request)
    : facts_(facts),
      request_(std::move(request)),
      root_{request_.root, {}},
      packages_(facts, request_.root, request_.locked) {}

Outcome Solver::solve(const std::function<void()>& checkpoint) {
  switch (search(checkpoint)) {
    case Stop::solved:
      return solution();
    case Stop::missing:
      return missing();
    case Stop::failed:
      return Unsolvable{explanation(checkpoint)};
    case Stop::exhausted:
      break;
  }
  return Exhausted{statistics_.steps};
}

Solver::Stop Solver::search(const std::function<void()>& checkpoint) {
  if (!start()) return Stop::missing;
  std::uint64_t next_checkpoint = 0;
  while (failure_ == no_incompatibility) {
    if (checkpoint && statistics_.steps >= next_checkpoint) {
      checkpoint();
      next_checkpoint = statistics_.steps + steps_between_checkpoints;
    }
    if (statistics_.steps > request_.step_limit) return Stop::exhausted;
    IncompatibilityId conflict = propagate();
    if (conflict == no_incompatibility) {
      if (queue_.is_empty()) return Stop::solved;
      const Slot slot = queue_.top();
      const VersionSet::Member version = preferred(slot);
      if (!expand(slot, version)) return Stop::missing;
      conflict = settle(slot, version);
    }
    if (conflict != no_incompatibility) learn_from(conflict);
  }
  return Stop::failed;
}

// Selects the root and adds its dependencies. False: facts are missing.
bool Solver::start() {
  if (started_) return true;
  if (!meet_objects(root_)) return false;
  started_ = true;
  const IncompatibilityId id = known_.add_root({root_slot, VersionSet::only(2, VersionSet::absent)});
  derive(known_.terms(id)[0], id);
  const VersionSet::Member only = 1;
  expand(root_slot, only);
  if (const auto conflict = settle(root_slot, only); conflict != no_incompatibility) learn_from(conflict);
  return true;
}

// --- propagation ----------------------------------------------------------------------------------------------------

// Returns an incompatibility whose terms are all satisfied, if there is one.
IncompatibilityId Solver::propagate() {
  if (pending_ != no_incompatibility) return std::exchange(pending_, no_incompatibility);
  while (propagated_ < partial_.length()) {
    const IncompatibilityId conflict = propagate_from(partial_[propagated_++].slot);
    if (conflict != no_incompatibility) return conflict;
  }
  return no_incompatibility;
}

IncompatibilityId Solver::propagate_from(Slot slot) {
  std::vector<Watch>& watches = watches_[slot];
  std::size_t kept = 0;
  IncompatibilityId conflict = no_incompatibility;
  statistics_.steps += watches.size() + 1;
  std::size_t i = 0;
  for (; i < watches.size() && conflict == no_incompatibility; ++i) {
    Watch& watch = watches[i];
    if (!partial_.possible(slot).subset_of(watch.term) || !moves(slot, watch.id, conflict)) {
      if (kept != i) watches[kept] = std::move(watch);
      ++kept;
    }
  }
  watches.erase(std::move(watches.begin() + static_cast<std::ptrdiff_t>(i), watches.end(),
                          watches.begin() + static_cast<std::ptrdiff_t>(kept)),
                watches.end());
  return conflict;
}

// The term that `slot` watches in `id` became satisfied. True: another unsatisfied term is watched instead. Otherwise,
// the negation of the last unsatisfied term is derived, or `conflict` is set.
bool Solver::moves(Slot slot, IncompatibilityId id, IncompatibilityId& conflict) {
  const std::span<Term> terms = known_.terms(id);
  if (terms.size() > 1) {
    // The watched terms are the first two; move this one to the second place.
    if (terms[0].slot == slot) std::swap(terms[0], terms[1]);
    if (partial_.contradicts(terms[0])) return false;
    const auto open =
        std::find_if(terms.begin() + 2, terms.end(), [&](const Term& t) { return !partial_.satisfies(t); });
    if (open != terms.end()) {
      std::swap(terms[1], *open);
      watches_[terms[1].slot].push_back({terms[1].set, id});
      return true;
    }
  }
  if (partial_.satisfies(terms[0])) {
    conflict = id;
  } else {
    derive(terms[0], id);
  }
  return false;
}

// Propagates one incompatibility, regardless of watches.
Solver::Verdict Solver::look_at(IncompatibilityId id) {
  ++statistics_.steps;
  const Term* open = nullptr;
  for (const Term& term : known_.terms(id)) {
    if (partial_.satisfies(term)) continue;
    if (open != nullptr || partial_.contradicts(term)) return Verdict::inert;
    open = &term;
  }
  if (open == nullptr) return Verdict::conflict;
  derive(*open, id);
  return Verdict::derived;
}

// All other terms of `cause` are satisfied.
void Solver::derive(const Term& term, IncompatibilityId cause) {
  std::uint32_t level = 0;
  for (const Term& other : known_.terms(cause)) {
    if (other.slot == term.slot) continue;
    level = std::max(level, partial_.satisfier(other.slot, other.set).level);
    if (level == partial_.level()) break;
  }
  partial_.derive(term.slot, term.set, cause, level);
  requeue(term.slot);
}

// --- decisions ------------------------------------------------------------------------------------------------------

VersionSet::Member Solver::preferred(Slot slot) const {
  const VersionSet& possible = partial_.possible(slot);
  const VersionSet::Member locked = standing_[slot].locked;
  return locked != VersionSet::absent && possible.contains(locked) ? locked : possible.highest();
}

// Adds the dependencies of `version`. False: facts are missing and nothing was changed.
bool Solver::expand(Slot slot, VersionSet::Member version) {
  if (expanded_[slot].empty()) expanded_[slot].resize(packages_.version_count(slot) + 1);
  if (expanded_[slot][version].known || closed_) return true;
  const Manifest* manifest = slot == root_slot ? &root_ : facts_.manifest(packages_.id(slot), version - 1);
  if (manifest == nullptr || !meet_objects(*manifest)) return false;
  std::vector<IncompatibilityId> edges;
  if (!manifest->unusable_because.empty()) {
    edges.push_back(known_.add_unusable({slot, VersionSet::only(partial_.domain_size(slot), version)}));
    watch(edges.back());
  } else {
    for (const Dependency& dependency : manifest->dependencies) {
      const IncompatibilityId id = add_dependency(slot, version, dependency);
      if (id != no_incompatibility) edges.push_back(id);
    }
  }
  expanded_[slot][version] = {static_cast<std::uint32_t>(edges_.size()), static_cast<std::uint32_t>(edges.size()),
                              true};
  edges_.insert(edges_.end(), edges.begin(), edges.end());
  return true;
}

// Assigns slots to all dependencies of a manifest once all their versions are available, never to some of them, so that
// the numbering does not depend on the order in which facts arrive.
bool Solver::meet_objects(const Manifest& manifest) {
  if (!manifest.unusable_because.empty()) return true;
  for (const Dependency& dependency : manifest.dependencies) {
    if (facts_.versions(dependency.package) == nullptr) return false;
  }
  for (const Dependency& dependency : manifest.dependencies) packages_.find_or_add(dependency.package);
  make_room();
  return true;
}

void Solver::make_room() {
  while (partial_.packages() < packages_.count()) {
    partial_.add(packages_.version_count(partial_.packages()));
    watches_.emplace_back();
    const Slot slot = static_cast<Slot>(standing_.size());
    const bool first =
        slot != root_slot && std::ranges::find(request_.first, packages_.id(slot)) != request_.first.end();
    standing_.push_back(
        {0, packages_.locked(slot).value_or(VersionSet::absent), packages_.is_named_by_root(slot), first});
    expanded_.emplace_back();
  }
}

// No incompatibility if the version satisfies the dependency itself.
IncompatibilityId Solver::add_dependency(Slot slot, VersionSet::Member version, const Dependency& dependency) {
  const Slot object = *packages_.find(dependency.package);
  const std::uint32_t wanted = packages_.wanted(object, dependency);
  const VersionSet& unwanted = packages_.unwanted_set(wanted);
  if (object == slot && !unwanted.contains(version)) return no_incompatibility;
  const auto [it, is_new] = merged_.try_emplace(std::uint64_t{slot} << 32 | wanted, no_incompatibility);
  if (is_new) {
    Term terms[2] = {{slot, VersionSet::only(partial_.domain_size(slot), version)}, {object, unwanted}};
    const bool hopeless = object == slot || unwanted.is_all();
    it->second = known_.add_dependency(slot, object, wanted, {terms, hopeless ? 1U : 2U});
    watch(it->second);
  } else {
    const std::span<Term> terms = known_.terms(it->second);
    terms[terms[0].slot == slot ? 0 : 1].set.insert(version);
    std::vector<Watch>& watches = watches_[slot];
    std::find_if(watches.begin(), watches.end(), [&](const Watch& w) {
      return w.id == it->second;
    })->term.insert(version);
  }
  return it->second;
}

// Selects `version`, unless its dependencies already contradict it: then that is derived, or is a conflict.
IncompatibilityId Solver::settle(Slot slot, VersionSet::Member version) {
  const Edges edges = expanded_[slot][version];
  for (std::uint32_t i = edges.first; i < edges.first + edges.count; ++i) {
    if (look_at(edges_[i]) == Verdict::conflict) return edges_[i];
  }
  if (!partial_.possible(slot).contains(version)) return no_incompatibility;
  if (partial_.possible(slot).count() == 1) {
    partial_.settle(slot);
  } else {
    ++statistics_.decisions;
    partial_.decide(slot, version);
  }
  queue_.erase(slot);
  return no_incompatibility;
}

// Packages with one version left and Request::first, then locked ones, then direct dependencies of the root; then by
// number of conflicts (most first), by number of choices (fewest first), and in the order of discovery.
void Solver::requeue(Slot slot) {
  const VersionSet& possible = partial_.possible(slot);
  if (slot == root_slot || !possible.is_positive() || partial_.is_decided(slot)) return queue_.erase(slot);
  const Standing& standing = standing_[slot];
  const std::uint32_t count = possible.count();
  const bool keeps_lock = standing.locked != VersionSet::absent && possible.contains(standing.locked);
  const std::uint64_t rank = count == 1 || standing.first ? 0 : keeps_lock ? 1 : standing.named_by_root ? 2 : 3;
  constexpr std::uint32_t most_conflicts = (1U << 14) - 1, most_versions = (1U << 20) - 1;
  const std::uint64_t calm = most_conflicts - std::min(standing.conflicts, most_conflicts);
  queue_.set(slot, rank << 62 | calm << 48 | std::uint64_t{std::min(count, most_versions)} << 28 | slot);
}

// --- conflicts ------------------------------------------------------------------------------------------------------

void Solver::learn_from(IncompatibilityId conflict) {
  ++statistics_.conflicts;
  Lesson lesson = learn(known_, partial_, conflict);
  for (const Resolution& step : lesson.chain) ++standing_[step.pivot].conflicts;
  const bool is_new = !lesson.chain.empty();
  const bool is_final = lesson.terms.empty();
  if (!is_final) ++standing_[lesson.terms.front().slot].conflicts;
  const IncompatibilityId learned = is_new ? known_.add_learned(lesson.terms, lesson.base, lesson.chain) : conflict;
  if (is_final) {
    failure_ = learned;
    return;
  }
  constexpr std::uint32_t far = 32;
  go_back(lesson.last_level - lesson.level > far ? lesson.last_level - 1 : lesson.level);
  if (is_new) watch(learned);
  if (look_at(learned) == Verdict::conflict) pending_ = learned;
}

// Assignments that belong to remaining levels are derived again from the same causes.
void Solver::go_back(std::uint32_t level) {
  std::vector<IncompatibilityId> again;
  partial_.backtrack(level, again, [this](Slot slot) { requeue(slot); });
  propagated_ = std::min(propagated_, partial_.length());
  for (const IncompatibilityId id : again) {
    if (look_at(id) == Verdict::conflict) pending_ = id;
  }
}

// Watches the first two terms.
void Solver::watch(IncompatibilityId id) {
  const std::span<const Term> terms = known_.terms(id);
  for (const Term& term : terms.first(std::min<std::size_t>(2, terms.size()))) {
    watches_[term.slot].push_back({term.set, id});
  }
}

// --- explanation ----------------------------------------------------------------------------------------------------

Solver::Solver(Closed, const Solver& other, IncompatibilityId failure)
    : facts_(other.facts_),
      request_{.root = other.request_.root, .locked = {}, .step_limit = 10'000'000},
      root_(other.root_),
      packages_(other.packages_),
      started_(true),
      closed_(true) {
  make_room();
  for (const IncompatibilityId id : facts_behind(other.known_, failure)) {
    const IncompatibilityId copy = known_.copy(other.known_, id);
    watch(copy);
    if (known_.terms(copy).size() == 1) look_at(copy);
  }
}

// The search discovers facts one by one and learns from each. A search that knows these facts from the start usually
// finds a shorter proof; if that uses fewer facts, it is repeated.
Derivation Solver::explanation(const std::function<void()>& checkpoint) const {
  constexpr int attempts = 4;
  const Solver* best = this;
  std::unique_ptr<Solver> owned;
  for (int i = 0; i < attempts; ++i) {
    std::unique_ptr<Solver> next(new Solver(Closed{}, *best, best->failure_));
    if (next->search(checkpoint) != Stop::failed) break;
    if (proof_length(next->known_, next->failure_) >= proof_length(best->known_, best->failure_)) break;
    owned = std::move(next);
    best = owned.get();
  }
  return eka::resolve::derive(facts_, best->packages_, root_, best->known_, best->failure_);
}

// --- answers --------------------------------------------------------------------------------------------------------

Solved Solver::solution() const {
  Solved out;
  for (Slot slot = root_slot + 1; slot < partial_.packages(); ++slot) {
    if (partial_.is_decided(slot)) out.selected.push_back({packages_.id(slot), partial_.possible(slot).highest() - 1});
  }
  return out;
}

Outcome Solver::missing() const {
  std::vector<Slot> slots = queue_.slots();
  std::sort(slots.begin(), slots.end());
  if (!slots.empty()) std::rotate(slots.begin(), std::find(slots.begin(), slots.end(), queue_.top()), slots.end());
  std::vector<Candidate> candidates;
  for (const Slot slot : slots) {
    constexpr std::uint32_t most_spare = 5;  // as a power of two
    const std::uint32_t conflicts = standing_[slot].conflicts;
    const std::uint32_t spare = conflicts == 0 ? 0 : 1U << std::min(conflicts, most_spare);
    candidates.push_back({slot, preferred(slot) - 1, spare});
  }
  return Missing{look_ahead(facts_, packages_, partial_, root_, candidates)};
}

Statistics Solver::statistics() const {
  Statistics out = statistics_;
  out.packages = packages_.count() - 1;
  return out;
}

}  // namespace eka::resolve
