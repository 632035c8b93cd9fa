// Which atoms the cache has, and who delivered them: refs, written last.
#pragma once

#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/cache/cached_objects.h"
#include "store/disk/write_access.h"
#include "store/fact/database.h"
#include "store/name/atom_name.h"
#include "store/name/refs.h"
#include "store/pack/gathering.h"

namespace eka::store {

// The giver of an atom is recorded so that no other remote learns of the atom, and so that its objects are kept. It
// does not say which revision a version is; Vouched does (fact/vouched.h).
class CachedNames {
 public:
  // All arguments must outlive it, except `boot`, which identifies the boot of the machine.
  CachedNames(Refs& refs, CachedObjects& objects, Database& database, WriteAccess access, coro::Pool& pool,
              const std::string& boot);

  // The atoms with each of the labels that `by` delivered, in ascending order of versions.
  coro::Task<std::vector<std::vector<CachedAtom>>> given(Giver by, atom::ObjectId genesis,
                                                         std::vector<atom::Label> labels);
  // Writes refs, after all objects are stored. `genesis` is the set under which the atoms were wanted; the rest is in
  // their commits. Concurrent calls share one write.
  coro::Task<> hold(Giver by, atom::ObjectId genesis, std::vector<AtomName> atoms);
  // Writes refs for those of `atoms` that no ref keeps: a run that ends between intake and hold() leaves such atoms.
  // All `atoms` must be complete in the cache. Their giver is unknown, so they are never sent to a remote as "have".
  // Looks up refs only for atoms that the database does not list as held. Does nothing if the cache is read-only.
  coro::Task<> hold_unheld(atom::ObjectId genesis, std::vector<AtomName> atoms);

 private:
  coro::Task<std::vector<std::optional<Error>>> write(std::vector<const Refs::Delivery*> gathered);

  Refs& refs_;
  CachedObjects& objects_;
  Database& database_;
  WriteAccess access_;
  coro::Pool& pool_;
  std::string held_;
  Gathering<Refs::Delivery> writes_;
};

}  // namespace eka::store
