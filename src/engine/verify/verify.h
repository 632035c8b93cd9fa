// Verifies that what a remote publishes matches its sources (protocol §3: "that is how a publication is verified").
//
// The remote is trusted only for which refs it has. For every requested atom, and every atom in its lock, the origin
// commit, its history and the trees are fetched separately from the cache (set_evidence.h), and the publication is
// recomputed (judge.h). Direct sources in a lock are pinned by their hashes and are not atoms: they are not checked.
#pragma once

#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/plan/roots.h"
#include "engine/verify/judge.h"

namespace eka::engine {

struct VerifyRequest {
  std::vector<Wanted> items;  // each names a set; working trees are not used
};

struct VerifiedAtom {
  Published atom;
  std::string remote;  // redacted URL of the remote that was queried
  Verdict verdict;
  bool asked_for = false;  // by a URI; else it is in a lock
};

struct VerifyReport {
  std::vector<VerifiedAtom> atoms;  // requested ones first, then by set, label and version
  std::vector<Error> failures;      // of atoms that could not be examined
  std::vector<RemoteCost> remotes;
};

// Examines everything that can be examined. Throws only errors that concern all atoms, and Cancelled.
coro::Task<VerifyReport> verify(Context& context, VerifyRequest request);

}  // namespace eka::engine
