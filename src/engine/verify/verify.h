// Verifying: is what a remote publishes what its sources make of it? (protocol §3: "that is how a publication is
// verified")
//
// The remote's word is taken for nothing but which refs it has. Of every atom asked for, and of every atom in its lock,
// the origin commit, its history and the trees are fetched, apart from the cache (set_evidence.h), and the publication
// is made again (judge.h). Direct sources in a lock are bound by their hashes, and are no atoms: they are not looked
// at.
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
  std::vector<Wanted> items;  // each names a set; what lies in its working tree does not matter
};

struct VerifiedAtom {
  Published atom;
  std::string remote;  // redacted url of the one that was asked
  Verdict verdict;
  bool asked_for = false;  // by a URI; otherwise it is from a lock file
};

struct VerifyReport {
  std::vector<VerifiedAtom> atoms;  // those asked for first, then by set, label and version
  std::vector<Error> failures;      // of what could not be examined at all
  std::vector<RemoteCost> remotes;
};

// Everything that can be examined is. Throws only what concerns all, and Cancelled.
coro::Task<VerifyReport> verify(Context& context, VerifyRequest request);

}  // namespace eka::engine
