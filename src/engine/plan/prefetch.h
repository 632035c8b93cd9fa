// Bringing whole closures into the cache and stopping there: for CI, so that `eka --offline plan` works afterwards.
#pragma once

#include <filesystem>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/plan/roots.h"

namespace eka::engine {

struct PrefetchRequest {
  // A lock without its atom, as `--lock FILE` names it.
  struct LockFile {
    std::string name;            // as messages call it
    std::filesystem::path path;  // where `eka cache gc` finds it as long as it is there
    atom::Lock lock;
    std::optional<atom::Url> local;  // the repository that it lies in: what "::" means to it
  };
  std::vector<Wanted> items;
  std::vector<LockFile> locks;
};

// Of one item or lock file: everything that is in the cache now.
struct Prefetched {
  std::optional<Published> root;  // of an item
  std::vector<Published> atoms;   // without the root; by set, then label
  Times milliseconds;
};

struct PrefetchReport {
  std::vector<Result<Prefetched>> closures;  // one for each item, then one for each lock file, in their order
  std::vector<RemoteCost> remotes;           // those that were asked anything, by url
};

// A failing item does not stop the others: its error is in its place.
coro::Task<PrefetchReport> prefetch(Context& context, PrefetchRequest request);

}  // namespace eka::engine
