#include "engine/plan/roots.h"

#include <algorithm>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/locate/locate.h"
#include "engine/workspace/local_atom.h"
#include "engine/workspace/local_atoms.h"

namespace eka::engine {
namespace {

struct Search {
  const Wanted* wanted = nullptr;
  Times* times = nullptr;
  std::optional<Error> failure;
  std::optional<Published> located;
  std::optional<atom::Url> found_at;
  std::optional<std::filesystem::path> set_directory;
  std::optional<atom::Url> origin;
};

class Finder {
 public:
  Finder(Context& context, const std::vector<Wanted>& wanted, std::vector<Times>& times, RootFailed failed)
      : context_(context), remotes_(context.remotes()), fetcher_(context.fetcher()), failed_(std::move(failed)) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      auto& search = searches_.emplace_back();
      search.wanted = &wanted[i];
      search.times = &times[i];
    }
  }

  coro::Task<std::vector<Result<FoundRoot>>> finish(Roots until) {
    co_await locate_all();
    if (until == Roots::fetched) co_await each(&Finder::fetch);
    std::vector<Result<FoundRoot>> out;
    for (auto& search : searches_) {
      if (search.failure) {
        out.push_back(std::unexpected(*std::move(search.failure)));
      } else {
        out.push_back(FoundRoot{*std::move(search.located), *std::move(search.found_at),
                                std::move(search.set_directory), std::move(search.origin), search.wanted->commit});
      }
    }
    co_return out;
  }

 private:
  using Step = coro::Task<> (Finder::*)(Search&);

  // Runs the step for all searches that have not failed, in parallel; a failure affects only its search.
  coro::Task<> each(Step step) {
    std::vector<Search*> going;
    std::vector<coro::Task<>> tasks;
    for (auto& search : searches_) {
      if (search.failure) continue;
      going.push_back(&search);
      tasks.push_back((this->*step)(search));
    }
    auto results = co_await coro::gather(std::move(tasks));
    for (std::size_t i = 0; i < going.size(); ++i) {
      if (!results[i]) fail_search(*going[i], std::move(results[i]).error());
    }
  }

  void fail_search(Search& search, Error error) {
    search.failure = std::move(error);
    if (failed_) failed_(static_cast<std::size_t>(&search - searches_.data()), *search.failure);
  }

  coro::Task<> locate_all() {
    std::map<atom::Url, std::vector<Search*>> by_remote;
    for (auto& search : searches_) {
      const auto& located = search.wanted->located;
      if (located && !*located) fail_search(search, located->error());
      if (search.failure || search.wanted->working_tree) continue;
      search.found_at = search.wanted->uri.set;
      remotes_.named_by_user(*search.found_at);
      if (located) {
        search.located = **located;
      } else {
        by_remote[*search.found_at].push_back(&search);
      }
    }
    std::vector<coro::Task<>> tasks;
    for (auto& [url, searches] : by_remote) tasks.push_back(locate_at(url, searches));
    tasks.push_back(each(&Finder::enter_working_tree));
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> enter_working_tree(Search& search) {
    if (!search.wanted->working_tree) co_return;
    const Timed timed(context_, Stage::locate, search.wanted->typed, {search.times});
    const auto& uri = search.wanted->uri;
    if (!uri.rev.empty()) {
      throw Error(Kind::usage, fmt::format("{} names the revision of a published atom, but refers to a working tree",
                                           search.wanted->typed))
          .with_hint("specify the URL of the set");
    }
    const auto requirement = uri.requirement.value_or(atom::Requirement{});
    SetPlace place(*search.wanted->working_tree, search.wanted->commit);
    auto local = co_await context_.local_atoms().enter(std::move(place), uri.label, requirement);
    search.located = std::move(local.published);
    search.found_at = std::move(local.repository);
    search.set_directory = std::move(local.set);
    search.origin = std::move(local.origin);
    if (search.origin) remotes_.named_by_user(*search.origin);
  }

  coro::Task<> locate_at(atom::Url url, std::vector<Search*> searches) {
    std::vector<Times*> timings;
    std::vector<atom::AtomUri> uris;
    for (auto* search : searches) {
      timings.push_back(search->times);
      uris.push_back(search->wanted->uri);
    }
    const Timed timed(context_, Stage::locate, url.str(), std::move(timings));
    std::optional<Error> failed;
    try {
      auto found = co_await locate(context_, remotes_, url, std::move(uris));
      for (std::size_t i = 0; i < searches.size(); ++i) {
        if (found[i]) {
          searches[i]->located = *std::move(found[i]);
        } else {
          fail_search(*searches[i], std::move(found[i]).error());
        }
      }
    } catch (const Error& e) {
      failed = e;
    }
    if (!failed) co_return;
    for (auto* search : searches) fail_search(*search, *failed);
  }

  coro::Task<> fetch(Search& search) {
    const Timed timed(context_, Stage::fetch_root, search.wanted->typed, {search.times});
    std::vector<Published> atoms{*search.located};
    Mirrors mirrors{{search.located->set, {*search.found_at}}};
    co_await fetcher_.fetch(std::move(atoms), std::move(mirrors));
  }

  Context& context_;
  Remotes& remotes_;
  Fetcher& fetcher_;
  RootFailed failed_;
  std::vector<Search> searches_;
};

VersionProblem problem_of(const Root& root) {
  const auto& published = root.atom.published;
  VersionProblem out{.set = published.set,
                     .manifest = root.atom.manifest,
                     .file = fmt::format("{} of {}", atom_file, published.str()),
                     .locked = std::nullopt,
                     .fresh = false,
                     .own_places = {},
                     .local = std::nullopt};
  if (root.set_directory) {
    out.local = LocalSet{*root.set_directory, published.set, published.label, root.commit};
    if (root.origin) out.own_places.push_back(*root.origin);
  } else {
    out.own_places.push_back(root.found_at);
  }
  return out;
}

// Updates atoms of the root's own set that are locked to a state of the working tree.
coro::Task<> refresh_local(Context* context, Root* root) {
  auto& lock = *root->atom.lock;
  for (auto& atom : lock.atoms) {
    if (atom.set != root->atom.published.set || !is_dev(atom.version)) continue;
    if (atom.rev && root->atom.entered.contains(*atom.rev)) continue;  // an override
    const atom::Requirement any;
    SetPlace place(*root->set_directory, root->commit);
    const auto now = co_await context->local_atoms().enter(std::move(place), atom.label, any);
    if (atom.version != now.published.version || atom.rev != now.published.rev) root->atom.lock_is_own = false;
    atom.version = now.published.version;
    atom.rev = now.published.rev;
    root->atom.entered.insert(now.published.rev);
    if (lock.composer.id == atom.id) lock.composer.version = atom.version;
  }
  // Published atoms of the set that are not in this clone are available where the set is published.
  const auto own = lock.sets.find(root->atom.published.set);
  if (own == lock.sets.end() || !root->origin) co_return;
  auto& mirrors = own->second.mirrors;
  if (std::ranges::find(mirrors, *root->origin) != mirrors.end()) co_return;
  mirrors.push_back(*root->origin);
  root->atom.lock_is_own = false;
}

coro::Task<> complete(Context* context, Root* root, const std::vector<const Replacement*>* overrides) {
  auto& atom = root->atom;
  if ((!atom.lock || !overrides->empty()) && atom.manifest.has_dependencies()) {
    auto problem = problem_of(*root);
    problem.fetch_follows = true;
    problem.locked = std::move(atom.lock);
    for (const auto* override : *overrides) {
      problem.replaced.push_back(*override);
      if (override->directory) atom.entered.insert(override->atom.rev);
    }
    auto chosen = co_await choose_versions(*context, std::move(problem));
    atom.lock = std::move(chosen.lock);
    atom.lock_is_own = false;
  }
  // Checked here, since a cached evaluation fetches nothing.
  const auto place = context->remotes().came_from(root->found_at);
  if (atom.lock && place.is_local()) co_await check_consent(*context, *atom.lock, place.path());
  if (atom.lock && atom.lock->covers_closure() && root->set_directory) co_await refresh_local(context, root);
}

}  // namespace

coro::Task<> complete_lock(Context& context, const std::string& typed, Root& root, Times& times,
                           const std::vector<const Replacement*>& overrides) {
  const Timed timed(context, Stage::resolve, typed, {&times});
  co_await complete(&context, &root, &overrides);
}

coro::Task<> complete_locks(Context& context, const std::vector<Wanted>& wanted, std::vector<Result<Root>>& roots,
                            std::vector<Times>& times) {
  for (std::size_t i = 0; i < roots.size(); ++i) {
    if (!roots[i]) continue;
    std::optional<Error> failure;
    try {
      co_await complete_lock(context, wanted[i].typed, *roots[i], times[i]);
    } catch (const Error& e) {
      failure = e;
    }
    if (failure) roots[i] = std::unexpected(*std::move(failure));
  }
}

coro::Task<std::vector<Result<FoundRoot>>> locate_roots(Context& context, const std::vector<Wanted>& wanted,
                                                        std::vector<Times>& times, RootFailed failed, Roots until) {
  Finder finder(context, wanted, times, std::move(failed));
  co_return co_await finder.finish(until);
}

coro::Task<std::vector<Result<Root>>> read_roots(Context& context, std::vector<FoundRoot> found,
                                                 std::vector<Times*> times) {
  std::vector<Result<Root>> out;
  if (found.empty()) co_return out;
  const Timed timed(context, Stage::fetch_root, "manifests and lock files", std::move(times));
  std::vector<Published> atoms;
  for (const auto& root : found) atoms.push_back(root.published);
  auto read = co_await read_atoms(context, std::move(atoms));
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (read[i]) {
      out.push_back(Root{std::move(found[i]), *std::move(read[i])});
    } else {
      out.push_back(std::unexpected(std::move(read[i]).error()));
    }
  }
  co_return out;
}

coro::Task<std::vector<Result<Root>>> find_roots(Context& context, const std::vector<Wanted>& wanted,
                                                 std::vector<Times>& times) {
  auto found = co_await locate_roots(context, wanted, times);
  std::vector<FoundRoot> known;
  std::vector<Times*> timings;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    known.push_back(*std::move(found[i]));
    timings.push_back(&times[i]);
  }
  auto read = co_await read_roots(context, std::move(known), std::move(timings));
  std::vector<Result<Root>> out;
  auto next = read.begin();
  for (auto& each : found) {
    if (each) {
      out.push_back(std::move(*next++));
    } else {
      out.push_back(std::unexpected(std::move(each).error()));
    }
  }
  co_return out;
}

}  // namespace eka::engine
