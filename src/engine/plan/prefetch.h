// Fetches whole closures into the cache without evaluating them: for CI, so that `eka --offline plan` works afterwards.
#pragma once

#include <filesystem>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/plan/roots.h"

namespace eka::engine {

struct PrefetchRequest {
  // A lock without its atom, as given by `--lock FILE`.
  struct LockFile {
    std::string name;            // for messages
    std::filesystem::path path;  // read by `eka cache gc` as long as it exists
    atom::Lock lock;
    std::optional<atom::Url> local;  // the repository that contains it: the meaning of "::"
  };
  std::vector<Wanted> items;
  std::vector<LockFile> locks;
  bool fail_fast = false;  // the first failure ends the run: it is thrown
};

// The cached closure of one item or lock file.
struct Prefetched {
  std::optional<Published> root;  // only of an item
  std::vector<Published> atoms;   // without the root; by set, then label
  Times milliseconds;
};

struct PrefetchReport {
  std::vector<Result<Prefetched>> closures;  // one for each item, then one for each lock file, in order
  std::vector<RemoteCost> remotes;           // to which requests were sent, by URL
};

// A failure does not affect the others: the error is the result.
coro::Task<PrefetchReport> prefetch(Context& context, PrefetchRequest request);

}  // namespace eka::engine
