// Updates the locks of atoms to what their set's remote has, and commits them.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "atom/names/label.h"
#include "engine/publish/step.h"

namespace eka::engine {

// Why locks cannot be committed on top of the commit of `source`: it is not checked out, or HEAD is detached. Blocks.
std::optional<Error> cannot_commit(const PublishSource& source);

struct LockCommit {
  std::optional<atom::ObjectId> commit{};   // nothing if no lock changes
  std::map<atom::Label, Error> failures{};  // atoms whose locks could not be updated
};

// Chooses versions for these atoms from what the remote has now, writes their locks to the working tree, and commits
// them. An atom with uncommitted changes (Kind::usage), or for which choose_versions() fails, does not affect the
// others. Throws Kind::failure with git's message if it cannot commit; the lock files are then as before.
coro::Task<LockCommit> commit_locks(Context& context, const PublishStep& step, std::vector<atom::Label> labels);

}  // namespace eka::engine
