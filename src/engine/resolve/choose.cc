#include "engine/resolve/choose.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/config/cutoff.h"
#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/fetch/release_dates.h"
#include "engine/locate/vouched.h"
#include "engine/resolve/new_lock.h"
#include "engine/resolve/speculation.h"
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

  coro::Task<ChosenVersions> finish() {
    co_await meet();
    auto solved = co_await solve(false);
    // Only now all packages are known, and those that move can be decided first, wherever they are in the graph.
    if (!problem_.moved.empty()) solved = co_await solve(true);
    remember_vouchers(solved);
    note_yanked(solved);
    auto left_out = newer_left_out(solved);
    note_late(left_out);
    const NewLock found(graph_, problem_.manifest, problem_.set, is_local(), solved);
    auto lock = found.atoms();
    note_own_versions(lock);
    lock.direct = co_await lock_sources(&found);
    lock.sort();
    context_.cache->facts().put(store::Fact::questions, asker_, write_questions(graph_.asked()));
    co_return ChosenVersions{std::move(lock), std::move(left_out)};
  }

 private:
  // Whether the manifest was read on this machine.
  bool is_local() const {
    const auto& places = problem_.own_places;
    const auto here = [this](const atom::Url& url) { return context_.remotes().came_from(url).is_local(); };
    return problem_.local || (!places.empty() && std::ranges::all_of(places, here));
  }

  // A working tree on this machine that replaces a dependency of an atom from elsewhere.
  std::optional<std::filesystem::path> replaced_from() const {
    for (const auto& replacement : problem_.replaced) {
      if (replacement.directory) return replacement.directory;
    }
    return std::nullopt;
  }

  coro::Task<> meet() {
    for (auto& replacement : problem_.replaced) graph_.replace(replacement);
    if (problem_.local) context_.remotes().named_by_user(problem_.manifest);
    if (problem_.local) co_await graph_.add_local(*problem_.local);
    if (const auto place = problem_.place(context_.remotes())) {
      graph_.read_from(co_await coro::offload(context_.pool, [&] { return local_origin(*place); }));
    } else if (const auto here = replaced_from()) {
      graph_.read_from(co_await coro::offload(context_.pool, [&] { return local_origin(*here); }));
    }
    if (problem_.locked && !problem_.fresh) keep_locked();
    Questions hints = read_questions(context_.cache->facts().get(store::Fact::questions, asker_).value_or(""));
    if (problem_.locked) add_questions(*problem_.locked, hints);
    Graph::Origin root{&problem_.manifest, problem_.set, {places_of(problem_.own_places)}, is_local()};
    std::erase_if(hints, [&](const auto& entry) { return !graph_.may_ask(entry.first, root); });
    const bool knows_nothing = hints.empty() && !context_.settings.offline;
    co_await graph_.begin(std::move(root), std::move(hints));
    if (!knows_nothing) co_return;
    const auto named = unwrap(graph_.root_dependencies(problem_.file));
    co_await foresee(context_, graph_.likely(named));
  }

  void keep_locked() {
    for (const auto& atom : problem_.locked->atoms) {
      if (!problem_.moved.contains({atom.set, atom.label})) graph_.keep(atom.set, atom.label, atom.version);
    }
  }

  void note_yanked(const resolve::Solved& solved) const {
    for (const auto& selected : solved.selected) {
      if (!graph_.is_yanked(selected)) continue;
      const auto atom = graph_.published(selected);
      context_.observer.note(fmt::format("{} is yanked, but locked in {}; `eka update {}` selects another version",
                                         atom.str(), problem_.file, atom.label.str()));
    }
  }

  // What the root and the chosen atoms require of each package.
  std::map<resolve::PackageId, std::vector<atom::Requirement>> requirements_in(const resolve::Solved& solved) {
    std::map<resolve::PackageId, std::vector<atom::Requirement>> out;
    const auto add = [&](const std::vector<resolve::Dependency>& dependencies) {
      for (const auto& dependency : dependencies) out[dependency.package].push_back(dependency.requirement);
    };
    add(unwrap(graph_.root_dependencies(problem_.file)));
    for (const auto& selected : solved.selected) {
      add(graph_.manifest(selected.package, selected.version)->dependencies);
    }
    return out;
  }

  // Nothing for atoms of the working tree, which come before all published versions.
  std::vector<LeftOut> newer_left_out(const resolve::Solved& solved) {
    std::vector<LeftOut> out;
    const auto has_none = [&](const auto& selected) { return graph_.left_out(selected.package).empty(); };
    if (std::ranges::all_of(solved.selected, has_none)) return out;
    const auto requirements = requirements_in(solved);
    for (const auto& selected : solved.selected) {
      if (graph_.offered_by(selected).empty()) continue;
      const auto& chosen = graph_.versions(selected.package)->list[selected.version];
      const auto& required = requirements.at(selected.package);
      for (const auto& each : graph_.left_out(selected.package)) {
        const auto allows = [&](const auto& requirement) { return requirement.matches(each.atom.version); };
        if (each.atom.version > chosen && std::ranges::all_of(required, allows)) out.push_back(each);
      }
    }
    std::ranges::sort(out, {},
                      [](const LeftOut& each) { return std::tie(each.atom.label, each.atom.set, each.atom.version); });
    return out;
  }

  // Of each atom, the newest version that resolve.newest-before leaves out.
  void note_late(const std::vector<LeftOut>& left_out) const {
    std::vector<std::string> newest;
    const Published* last = nullptr;
    for (const auto& each : left_out) {
      if (each.yanked) continue;
      const bool same = last != nullptr && last->label == each.atom.label && last->set == each.atom.set;
      if (same) newest.pop_back();
      newest.push_back(graph_.shown(each));
      last = &each.atom;
    }
    if (newest.empty()) return;
    context_.observer.note(
        fmt::format("{}: newer versions are left out, as they are not known to have been published before {} "
                    "(resolve.newest-before): {}",
                    problem_.file, atom::timestamp(*context_.release_dates().limit()), fmt::join(newest, ", ")));
  }

  resolve::Request request(bool moving) {
    resolve::Request out;
    out.root = unwrap(graph_.root_dependencies(problem_.file));
    out.locked = graph_.local_versions();
    if (!problem_.locked || problem_.fresh) return out;
    for (const auto& atom : problem_.locked->atoms) {
      const auto package = graph_.package(atom.set, atom.label);
      const bool local = std::ranges::find(out.locked, package, &resolve::Preference::package) != out.locked.end();
      if (local) continue;
      const auto moved = problem_.moved.find({atom.set, atom.label});
      if (moved == problem_.moved.end()) {
        out.locked.push_back({package, atom.version});
      } else if (moving && graph_.versions(package) != nullptr) {
        out.first.push_back(package);
        out.root.push_back(moved_to(package, atom, moved->second));
      }
    }
    return out;
  }

  // As if the manifest named the package, too. A pre-release would not satisfy "*".
  static resolve::Dependency moved_to(resolve::PackageId package, const atom::LockedAtom& from,
                                      const std::optional<atom::Version>& to) {
    resolve::Dependency out{package, {}, "the requested update"};
    if (to) out.requirement = exactly(*to);
    if (!to && !from.version.pre_release().empty())
      out.requirement = unwrap(atom::Requirement::parse(">=" + from.version.str()));
    return out;
  }

  static atom::Requirement exactly(const atom::Version& version) {
    return unwrap(atom::Requirement::parse("=" + version.str()));
  }

  // The solver runs on the pool; the graph does not change meanwhile. When the graph has grown, the solver's facts are
  // outdated, and a new solver starts: each time because of a manifest that was not known before.
  coro::Task<resolve::Solved> solve(bool moving) {
    auto solver = std::make_unique<resolve::Solver>(graph_, request(moving));
    for (;;) {
      auto outcome =
          co_await coro::offload(context_.pool, [&](coro::Stop stop) { return solver->solve([&] { stop.check(); }); });
      if (auto* solved = std::get_if<resolve::Solved>(&outcome)) co_return std::move(*solved);
      if (auto* missing = std::get_if<resolve::Missing>(&outcome)) {
        const auto needed = missing->facts.front();
        co_await graph_.fetch(std::move(missing->facts));
        if (graph_.has_grown()) {
          solver = std::make_unique<resolve::Solver>(graph_, request(moving));
        } else {
          check_known(needed);
        }
      } else if (const auto* exhausted = std::get_if<resolve::Exhausted>(&outcome)) {
        throw Error(Kind::unsatisfiable,
                    fmt::format("resolving versions stopped after {} steps without a result for {}", exhausted->steps,
                                problem_.manifest.label.str()))
            .with_hint("narrower version requirements reduce the number of combinations");
      } else {
        co_await graph_.explain_absences();
        throw unsolvable(std::get<resolve::Unsolvable>(outcome).why);
      }
    }
  }

  void check_known(const resolve::Need& needed) const {
    const bool known = needed.version ? graph_.manifest(needed.package, *needed.version) != nullptr
                                      : graph_.versions(needed.package) != nullptr;
    if (known) return;
    if (auto failure = graph_.failure_of(needed)) {
      throw std::move(*failure).within("listing the versions of " + graph_.name(needed.package));
    }
    throw Error(Kind::failure, "cannot list the versions of " + graph_.name(needed.package));
  }

  // If the run is offline or a remote could not be queried, there may be a solution: that is another error.
  Error unsolvable(const resolve::Derivation& why) const {
    auto text = resolve::explain(why, graph_, "this atom").text();
    while (text.ends_with('\n')) text.pop_back();
    if (context_.settings.offline) {
      return Error(Kind::offline, fmt::format("offline: no cached versions satisfy {}:\n{}", problem_.file, text))
          .with_hint("run the command once without --offline to fetch missing data");
    }
    for (const auto& node : why.nodes) {
      if (!node.object) continue;
      const auto silent = graph_.silent_for(*node.object);
      if (!silent) continue;
      return Error(silent->failure.kind(),
                   fmt::format("cannot list the versions of {} at {}: {}\nWithout them, no versions satisfy {}:\n{}",
                               graph_.name(*node.object), silent->url.str(), silent->failure.message(), problem_.file,
                               text))
          .with_hint(silent->failure.hint());
    }
    Error error(Kind::unsatisfiable, fmt::format("no versions satisfy {}:\n{}", problem_.file, text));
    for (const auto& node : why.nodes) {
      if (!node.object) continue;
      if (auto advice = graph_.advice_on_left_out(*node.object)) return std::move(error).with_hint(*std::move(advice));
    }
    for (const auto& node : why.nodes) {
      if (!node.counted || !node.object) continue;
      if (auto advice = graph_.advice(*node.object)) return std::move(error).with_hint(*std::move(advice));
    }
    return error;
  }

  // An atom that needs another version of itself can be intended, to bootstrap a compiler, but is a mistake more often.
  void note_own_versions(const atom::Lock& lock) const {
    if (!problem_.local) return;
    const auto is_own = [this](const atom::LockedAtom& atom) {
      return atom.set == problem_.set && atom.label == problem_.manifest.label;
    };
    const auto own = std::ranges::find_if(lock.atoms, is_own);
    if (own == lock.atoms.end()) return;
    std::vector<std::string> by;
    for (const auto& atom : lock.atoms) {
      if (std::ranges::find(atom.requires_, own->id) == atom.requires_.end()) continue;
      by.push_back(atom.label.str() + " " + atom.version.str());
    }
    const auto label = problem_.manifest.label.str();
    context_.observer.note(fmt::format(
        "{} {} depends on another version of itself: {} requires {} {}", label, problem_.manifest.version.str(),
        by.empty() ? problem_.file : fmt::format("{}", fmt::join(by, " and ")), label, own->version.str()));
  }

  // Stores which URLs have reported the chosen versions. Throws if a deciding URL has reported another revision before.
  void remember_vouchers(const resolve::Solved& solved) {
    std::map<std::pair<atom::Url, bool>, std::vector<Published>> said;
    for (const auto& selected : solved.selected) {
      auto atom = graph_.published(selected);
      const bool decides = !graph_.deciding(atom.set).empty();
      for (const auto& url : graph_.offered_by(selected)) said[{url, decides}].push_back(atom);
    }
    for (const auto& [by, atoms] : said) {
      const auto same = remember_vouched(context_, context_.remotes(), by.first, atoms);
      if (!same && by.second) throw Error(same.error());
    }
  }

  coro::Task<std::vector<atom::LockedDirect>> lock_sources(const NewLock* found) {
    std::vector<coro::Task<atom::LockedDirect>> tasks;
    if (problem_.atoms_only) co_return std::vector<atom::LockedDirect>{};
    auto sources = found->sources(problem_.locked, problem_.fresh);
    co_await coro::offload(context_.pool, [&] { check_local(sources); });
    for (auto& source : sources) {
      source.fetch_follows = problem_.fetch_follows;
      if (!source.owner && problem_.moved_sources.contains(source.name)) source.fresh = true;
      tasks.push_back(context_.sources().lock(std::move(source)));
    }
    co_return co_await coro::all(std::move(tasks));
  }

  // URLs that are not allowed at all are rejected by Sources::lock().
  void check_local(const std::vector<SourceRequest>& sources) const {
    const LocalAccess access(context_.settings.local_sources);
    for (const auto& request : sources) {
      const auto url = unwrap(atom::Url::parse(request.url()));
      if (!url.is_local() || !request.may_be_local || !url.path().starts_with('/') || !graph_.origin()) continue;
      const auto what = fmt::format("source `{}`", request.name);
      if (std::holds_alternative<atom::GitSource>(request.source.fetch)) {
        access.check_repository(what, url, *graph_.origin());
      } else {
        access.check_file(what, url, *graph_.origin());
      }
    }
  }

  Context& context_;
  VersionProblem problem_;
  Graph graph_;
  std::string asker_;
};

}  // namespace

std::optional<std::filesystem::path> VersionProblem::place(const Remotes& remotes) const {
  if (local) return local->directory;
  if (own_places.empty()) return std::nullopt;
  const auto place = remotes.came_from(own_places.front());
  return place.is_local() ? std::optional<std::filesystem::path>(place.path()) : std::nullopt;
}

coro::Task<ChosenVersions> choose_versions(Context& context, VersionProblem problem) {
  Choice choice(context, std::move(problem));
  co_return co_await choice.finish();
}

}  // namespace eka::engine
