#include "engine/prefetch/prefetch.h"

#include <algorithm>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/closure/closure.h"
#include "engine/context/fail_fast.h"
#include "engine/fetch/fetcher.h"
#include "engine/share/closures.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {
namespace {

class PrefetchRun {
 public:
  PrefetchRun(Context& context, PrefetchRequest request)
      : context_(context), request_(std::move(request)), times_(request_.items.size() + request_.locks.size()) {}

  coro::Task<PrefetchReport> finish() {
    // Lock files need no roots: they share the first round with the roots.
    std::vector<coro::Task<std::vector<Result<Prefetched>>>> both;
    both.push_back(fetch_items());
    both.push_back(fetch_locks());
    auto closures = co_await coro::all(std::move(both));
    PrefetchReport report{std::move(closures[0]), context_.remotes().costs(), context_.fetcher().received(),
                          context_.sources().received()};
    std::ranges::move(closures[1], std::back_inserter(report.closures));
    co_return report;
  }

 private:
  coro::Task<std::vector<Result<Prefetched>>> fetch_items() {
    std::vector<Times> times(request_.items.size());
    auto roots = co_await find_roots(context_, request_.items, times);
    co_await complete_locks(context_, request_.items, roots, times);
    std::vector<coro::Task<Prefetched>> tasks;
    for (std::size_t i = 0; i < roots.size(); ++i) {
      times_[i] = std::move(times[i]);
      tasks.push_back(fetch_item(roots[i], request_.items[i].typed, &times_[i]));
    }
    co_return co_await gather(std::move(tasks), request_.fail_fast);
  }

  coro::Task<std::vector<Published>> fetch_members(const Root& root, const std::string& typed) {
    std::vector<Published> out;
    try {
      const auto closure = co_await fetch_closure(context_, root.atom, root.found_at);
      for (const auto& member : closure.members) out.push_back(member.published);
      if (closure.is_new && !root.set_directory) {
        co_await push_closure(context_, root.published.rev, revisions_of(closure));
      }
    } catch (Error& error) {
      error.within("prefetching " + typed);
      throw;
    }
    co_return out;
  }

  coro::Task<Prefetched> fetch_item(const Result<Root>& root, const std::string& typed, Times* times) {
    if (!root) throw Error(root.error()).within("prefetching " + typed);
    Prefetched out{.root = root->atom.published, .atoms = {}, .milliseconds = {}};
    {
      const Timed timed(context_, Stage::fetch_closure, typed, {times});
      const auto members = co_await fetch_members(*root, typed);
      for (const auto& published : members) {
        if (published != *out.root) out.atoms.push_back(published);
      }
    }
    std::ranges::sort(out.atoms);
    out.milliseconds = *times;
    co_return out;
  }

  coro::Task<std::vector<Result<Prefetched>>> fetch_locks() {
    // First what takes a while for some of them: then all locks share one round of requests.
    std::vector<coro::Task<>> preparations;
    for (const auto& file : request_.locks) preparations.push_back(prepare_lock(file));
    const auto prepared = co_await coro::gather(std::move(preparations));
    std::vector<coro::Task<Prefetched>> tasks;
    for (std::size_t i = 0; i < request_.locks.size(); ++i) {
      tasks.push_back(fetch_lock(prepared[i], request_.locks[i], &times_[request_.items.size() + i]));
    }
    co_return co_await gather(std::move(tasks), request_.fail_fast);
  }

  coro::Task<> prepare_lock(const PrefetchRequest::LockFile& file) {
    context_.cache->uses().note_lock(file.path);
    co_await check_consent(context_, file.lock, file.path.parent_path());
    co_await try_to_learn_genesis(file);
  }

  coro::Task<Prefetched> fetch_lock(const Result<void>& prepared, const PrefetchRequest::LockFile& file, Times* times) {
    unwrap(prepared);
    Prefetched out;
    {
      const Timed timed(context_, Stage::fetch_closure, file.name, {times});
      Mirrors mirrors;
      for (const auto& [set, locked] : file.lock.sets) {
        mirrors[set] = locked.mirrors;
        if (locked.local && file.local) mirrors[set].insert(mirrors[set].begin(), *file.local);
      }
      out.atoms = file.remote_atoms();
      // What is fetched at build time is not prefetched.
      std::vector<coro::Task<>> tasks;
      tasks.push_back(context_.fetcher().fetch(out.atoms, mirrors));
      for (const auto& direct : file.lock.direct) {
        if (!std::holds_alternative<atom::LockedBuild>(direct.source)) tasks.push_back(fetch_source(direct));
      }
      co_await coro::all(std::move(tasks));
      out.sources = file.lock.direct;
      if (!file.lock.covers_closure()) co_await add_those_below(out, std::move(mirrors));
    }
    std::ranges::sort(out.atoms);
    out.atoms.erase(std::ranges::unique(out.atoms).begin(), out.atoms.end());
    out.milliseconds = *times;
    co_return out;
  }

  // What the lock names is fetched even if this fails.
  coro::Task<> try_to_learn_genesis(const PrefetchRequest::LockFile& file) {
    try {
      co_await learn_genesis(context_, file);
    } catch (const Error& error) {
      context_.observer.note(fmt::format("atoms beside {} cannot be planned offline: {}", file.name, error.message()));
    }
  }

  // If each atom's own lock applies (format 1), a lock names only the first level.
  coro::Task<> add_those_below(Prefetched& out, Mirrors mirrors) {
    std::vector<coro::Task<Closure>> tasks;
    for (const auto& atom : out.atoms) {
      const auto& places = mirrors[atom.set];
      if (places.empty()) throw Error(Kind::integrity, "the lock file has no mirror of set " + atom.set.hex());
      tasks.push_back(fetch_below(atom, places.front()));
    }
    const auto closures = co_await coro::all(std::move(tasks));
    for (const auto& closure : closures) {
      for (const auto& member : closure.members) {
        out.atoms.push_back(member.published);
        for (const auto& [name, source] : member.sources) out.sources.push_back(source.locked);
      }
    }
  }

  coro::Task<Closure> fetch_below(Published published, atom::Url found_at) {
    auto atom = co_await read_atom(context_, std::move(published));
    auto fetching = fetch_closure(context_, std::move(atom), std::move(found_at));
    co_return co_await std::move(fetching);
  }

  coro::Task<> fetch_source(atom::LockedDirect direct) {
    auto fetching = context_.sources().fetch(std::move(direct));
    co_await std::move(fetching);
  }

  Context& context_;
  PrefetchRequest request_;
  std::vector<Times> times_;  // of each item, then of each lock
};

}  // namespace

std::vector<Published> PrefetchRequest::LockFile::remote_atoms() const {
  std::vector<Published> out;
  for (const auto& atom : lock.atoms) {
    // Format 1 may omit the revision of an atom of the lock's own set, which is local.
    if (!atom.rev) continue;
    const auto set = lock.sets.find(atom.set);
    const bool is_beside = local && is_dev(atom.version) && set != lock.sets.end() && set->second.local;
    if (!is_beside) out.push_back({atom.set, atom.label, atom.version, *atom.rev});
  }
  return out;
}

coro::Task<> learn_genesis(Context& context, const PrefetchRequest::LockFile& file) {
  if (!file.local) co_return;
  const auto mark = std::filesystem::path(file.local->path()) / "shallow";
  const bool is_shallow = co_await coro::offload(context.pool, [&] { return std::filesystem::exists(mark); });
  if (is_shallow) co_await find_genesis(context, file.path.parent_path());
}

coro::Task<PrefetchReport> prefetch(Context& context, PrefetchRequest request) {
  PrefetchRun run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
