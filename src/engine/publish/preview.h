// The set as it will be after a push, seen by somebody with an empty cache.
//
// A second context, with a temporary cache that contains only the atoms to be published, and with the remotes of the
// run, except that the set's remote also lists the refs that are to be pushed. Everything else is fetched from the
// remotes, as it would be after the push: what only this machine has is missing.
#pragma once

#include <memory>
#include <vector>

#include "engine/context/context.h"
#include "engine/publish/set_at_remote.h"
#include "engine/publish/source.h"
#include "store/disk/quarantine.h"

namespace eka::engine {

class Preview {
 public:
  // `context` and `source` must outlive it. `pending`: the atoms to be published at `url`.
  static coro::Task<std::unique_ptr<Preview>> open(Context& context, const PublishSource& source, atom::Url url,
                                                   std::vector<const SourceOfAtom*> pending);

  // The lock that resolving the atom would give, with its present lock as the start. Throws as choose_versions().
  coro::Task<atom::Lock> resolve(const SourceOfAtom* atom);
  // For each atom, why it cannot be planned. A value that is no derivation is not an error: a library, for others to
  // use; adds a warning. Throws errors that concern all.
  coro::Task<std::vector<std::optional<Error>>> plan(std::vector<const SourceOfAtom*> atoms,
                                                     std::vector<std::string>& warnings);

 private:
  Preview(Context& outer, const PublishSource& source, atom::Url url, store::Quarantine quarantine);
  std::optional<atom::Lock> preferred(const SourceOfAtom& atom) const;
  coro::Task<> fill(std::vector<const SourceOfAtom*> pending);

  Context& outer_;
  const PublishSource& source_;
  atom::Url url_;
  store::Quarantine quarantine_;
  Settings settings_;
  std::unique_ptr<Context> context_;  // destroyed before the quarantine that contains its cache
};

// Whether two locks decide the same: they may differ in format, in the order of mirrors, and in the names of sets.
bool decide_the_same(const atom::Lock& one, const atom::Lock& other);

}  // namespace eka::engine
