#include "engine/prefetch/missing.h"

#include <algorithm>
#include <set>

#include "coro/task/task_group.h"
#include "engine/closure/closure.h"
#include "engine/fetch/sources.h"

namespace eka::engine {
namespace {

std::vector<Published> atoms_of(const atom::Lock& lock) {
  std::vector<Published> out;
  for (const auto& atom : lock.atoms) {
    if (atom.rev) out.push_back({atom.set, atom.label, atom.version, *atom.rev});
  }
  return out;
}

// Follows locks, as far as they are cached.
class MissingSearch {
 public:
  explicit MissingSearch(Context& context) : context_(context) {}

  // What `lock` names, and if it is not the whole closure, what the locks of its atoms name.
  coro::Task<Missing> finish(std::vector<Published> atoms, const atom::Lock& lock) {
    co_await look_for_sources(lock.direct);
    if (lock.covers_closure()) {
      co_await present_among(std::move(atoms));
    } else {
      co_await look_below(std::move(atoms));
    }
    std::ranges::sort(missing_.atoms);
    co_return std::move(missing_);
  }

 private:
  coro::Task<> look_below(std::vector<Published> atoms) {
    while (!atoms.empty()) {
      auto present = co_await present_among(std::move(atoms));
      missing_.may_be_more = !missing_.atoms.empty();
      auto read = co_await read_atoms(context_, std::move(present));
      atoms.clear();
      for (auto& each : read) {
        const auto& lock = unwrap(std::move(each)).lock;
        if (!lock) continue;
        for (auto& atom : atoms_of(*lock)) atoms.push_back(std::move(atom));
        co_await look_for_sources(lock->direct);
      }
    }
  }

  // Those that are cached and were not looked for before; adds the others to what is missing.
  coro::Task<std::vector<Published>> present_among(std::vector<Published> atoms) {
    std::erase_if(atoms, [this](const Published& atom) { return !known_.insert(atom.rev).second; });
    std::vector<atom::ObjectId> revs;
    for (const auto& atom : atoms) revs.push_back(atom.rev);
    const auto commits = co_await context_.cache->objects().commits(std::move(revs));
    std::vector<Published> present;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      auto& to = commits[i] ? present : missing_.atoms;
      to.push_back(std::move(atoms[i]));
    }
    co_return present;
  }

  coro::Task<> look_for_sources(const std::vector<atom::LockedDirect>& sources) {
    for (const auto& source : sources) {
      if (std::holds_alternative<atom::LockedBuild>(source.source)) continue;
      if (std::ranges::find(missing_.sources, source) != missing_.sources.end()) continue;
      auto looking = context_.sources().is_cached(source);
      const bool cached = co_await std::move(looking);
      if (!cached) missing_.sources.push_back(source);
    }
  }

  Context& context_;
  std::set<atom::ObjectId> known_;
  Missing missing_;
};

coro::Task<Missing> of_root(Context* context, const Result<FoundRoot>* found, const std::string* typed) {
  if (!*found) throw Error(found->error()).within("checking " + *typed);
  const auto root = (*found)->published;
  Missing out{.root = root, .atoms = {}, .sources = {}};
  const auto commit = co_await context->cache->objects().commit(root.rev);
  if (!commit) {
    out.atoms.push_back(root);
    out.may_be_more = true;
    co_return out;
  }
  try {
    auto atom = co_await read_atom(*context, root);
    Root read{**found, std::move(atom)};
    Times times;
    co_await complete_lock(*context, *typed, read, times);
    if (!read.atom.lock) co_return out;
    MissingSearch search(*context);
    out = co_await search.finish(atoms_of(*read.atom.lock), *read.atom.lock);
    out.root = root;
  } catch (Error& error) {
    error.within("checking " + *typed);
    throw;
  }
  co_return out;
}

coro::Task<Missing> of_lock(Context* context, const PrefetchRequest::LockFile* file) {
  co_await learn_genesis(*context, *file);
  MissingSearch search(*context);
  co_return co_await search.finish(file->remote_atoms(), file->lock);
}

}  // namespace

coro::Task<std::vector<Result<Missing>>> find_missing(Context& context, PrefetchRequest request) {
  std::vector<Times> times(request.items.size());
  const auto roots = co_await locate_roots(context, request.items, times, nullptr, Roots::located);
  std::vector<coro::Task<Missing>> tasks;
  for (std::size_t i = 0; i < roots.size(); ++i) tasks.push_back(of_root(&context, &roots[i], &request.items[i].typed));
  for (const auto& file : request.locks) tasks.push_back(of_lock(&context, &file));
  co_return co_await coro::gather(std::move(tasks));
}

}  // namespace eka::engine
