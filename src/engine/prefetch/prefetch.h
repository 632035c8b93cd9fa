// Fetches whole closures into the cache without evaluating them: for CI, so that `eka --offline plan` works afterwards.
//
// What is cached already is not requested. An interrupted run keeps every pack that was received completely.
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

    // Those of the lock that a remote provides: not the atoms of the working tree that contains it, which planning
    // adds to the cache in their present state.
    std::vector<Published> remote_atoms() const;
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
  std::vector<atom::LockedDirect> sources{};  // of a lock file and of the locks below it
};

struct PrefetchReport {
  std::vector<Result<Prefetched>> closures;  // one for each item, then one for each lock file, in order
  std::vector<RemoteCost> remotes;           // to which requests were sent, by URL
  std::size_t atoms_received = 0;            // of all closures, each counted once: those that were not cached
  std::size_t sources_received = 0;          // the same of sources that are not atoms
};

// A failure does not affect the others: the error is the result.
coro::Task<PrefetchReport> prefetch(Context& context, PrefetchRequest request);

// The genesis of the repository that contains a lock file, if it is a shallow clone: planning its atoms offline needs
// it, and only a remote knows it. Does nothing otherwise. Throws the errors of find_genesis().
coro::Task<> learn_genesis(Context& context, const PrefetchRequest::LockFile& file);

}  // namespace eka::engine
