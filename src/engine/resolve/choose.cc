#include "engine/resolve/choose.h"

#include <algorithm>

#include <fmt/format.h>

#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/resolve/foresight.h"
#include "engine/resolve/new_lock.h"
#include "resolve/explain.h"
#include "resolve/solver.h"

namespace eka::engine {
namespace {

class Choice {
 public:
  Choice(Context& context, VersionProblem problem)
      : context_(context),
        problem_(std::move(problem)),
        graph_(context),
        asker_(problem_.set.hex() + " " + problem_.manifest.label.str()) {}

  coro::Task<atom::Lock> finish() {
    co_await meet();
    const auto solved = co_await solve();
    const NewLock found(graph_, problem_.manifest, problem_.set, solved);
    auto lock = found.atoms();
    std::vector<coro::Task<>> rest;
    rest.push_back(agree(&lock));
    rest.push_back(lock_sources(&found, &lock));
    co_await coro::all(std::move(rest));
    lock.sort();
    context_.cache->remember_questions(asker_, write_questions(graph_.asked()));
    co_return lock;
  }

 private:
  coro::Task<> meet() {
    for (const auto& url : problem_.own_places) graph_.add_mirror(problem_.set, url);
    if (problem_.local) co_await graph_.add_local(*problem_.local);
    Questions hints = read_questions(context_.cache->remembered_questions(asker_).value_or(""));
    if (problem_.locked) add_questions(*problem_.locked, hints);
    const bool knows_nothing = hints.empty() && !context_.settings.offline;
    std::vector<Graph::Origin> origins{{&problem_.manifest, problem_.set}};
    co_await graph_.meet(std::move(origins), std::move(hints));
    if (!knows_nothing) co_return;
    const auto named = unwrap(graph_.dependencies(problem_.manifest, problem_.set, problem_.file));
    co_await foresee(context_, graph_.likely(named));
  }

  resolve::Request request() {
    resolve::Request out;
    out.root = unwrap(graph_.dependencies(problem_.manifest, problem_.set, problem_.file));
    out.locked = graph_.local_versions();
    if (!problem_.locked || problem_.fresh) return out;
    for (const auto& atom : problem_.locked->atoms) {
      const auto package = graph_.package(atom.set, atom.label);
      const bool local = std::ranges::find(out.locked, package, &resolve::Preference::package) != out.locked.end();
      if (!local) out.locked.push_back({package, atom.version});
    }
    return out;
  }

  // The solver works on the pool; while it does, nobody changes the graph.
  coro::Task<resolve::Solved> solve() {
    resolve::Solver solver(graph_, request());
    for (;;) {
      auto outcome = co_await coro::offload(context_.pool, [&] { return solver.solve(); });
      if (auto* solved = std::get_if<resolve::Solved>(&outcome)) co_return std::move(*solved);
      if (auto* missing = std::get_if<resolve::Missing>(&outcome)) {
        co_await bring(std::move(missing->facts));
      } else if (const auto* exhausted = std::get_if<resolve::Exhausted>(&outcome)) {
        throw Error(Kind::unsatisfiable, fmt::format("no answer after {} steps of looking for versions that fit {}",
                                                     exhausted->steps, problem_.manifest.label.str()))
            .with_hint("narrower requirements leave fewer combinations to try");
      } else {
        co_await graph_.explain_absences();
        throw unsolvable(std::get<resolve::Unsolvable>(outcome).why);
      }
    }
  }

  coro::Task<> bring(std::vector<resolve::Need> facts) {
    const auto needed = facts.front();
    co_await graph_.bring(std::move(facts));
    const bool known = needed.version ? graph_.manifest(needed.package, *needed.version) != nullptr
                                      : graph_.versions(needed.package) != nullptr;
    if (known) co_return;
    if (auto failure = graph_.failure_of(needed)) {
      throw std::move(*failure).within("looking at the versions of " + graph_.name(needed.package));
    }
    throw Error(Kind::failure, "nothing tells of the versions of " + graph_.name(needed.package));
  }

  Error unsolvable(const resolve::Derivation& why) const {
    auto text = resolve::explain(why, graph_, "this atom").text();
    while (text.ends_with('\n')) text.pop_back();
    return Error(Kind::unsatisfiable, fmt::format("no versions satisfy {}:\n{}", problem_.file, text));
  }

  // Law 6: every mirror that the lock names was asked, and those that have a version have the same revision of it. A
  // mirror that was met late was not asked for everything.
  coro::Task<> agree(const atom::Lock* lock) {
    Questions questions;
    add_questions(*lock, questions);
    co_await context_.sets().ask(questions);
    for (const auto& atom : lock->atoms) {
      for (const auto& url : lock->sets.at(atom.set).mirrors) {
        const auto* offer = context_.sets().offer(url);
        if (offer == nullptr) continue;
        const auto versions = offer->atoms.find(atom.label);
        if (versions == offer->atoms.end() || !versions->second.contains(atom.version)) continue;
        const auto& theirs = versions->second.at(atom.version);
        if (offer->genesis == atom.set && theirs == *atom.rev) continue;
        throw Error(Kind::integrity,
                    fmt::format("two mirrors of one set disagree: {} {} is {}, but {} has {}", atom.label.str(),
                                atom.version.str(), atom.rev->hex(), url.str(), theirs.hex()))
            .with_hint("one of them is not a mirror of this set, or lies: ask the owner of the set");
      }
    }
  }

  coro::Task<> lock_sources(const NewLock* found, atom::Lock* lock) {
    std::vector<coro::Task<atom::LockedDirect>> tasks;
    for (auto& source : found->sources(problem_.locked, problem_.fresh)) {
      tasks.push_back(context_.sources().lock(std::move(source)));
    }
    lock->direct = co_await coro::all(std::move(tasks));
  }

  Context& context_;
  VersionProblem problem_;
  Graph graph_;
  std::string asker_;
};

}  // namespace

coro::Task<atom::Lock> choose_versions(Context& context, VersionProblem problem) {
  Choice choice(context, std::move(problem));
  co_return co_await choice.finish();
}

}  // namespace eka::engine
