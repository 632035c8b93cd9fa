// Objects of one remote that are only looked at, to judge what it has published (engine/verify.h).
//
// They lie in a bare repository of their own, in a quarantine, and go with it: nothing of them is ever in the cache's
// object store, has a name there, or counts as present. Packs may be partial (a history without trees, trees without
// blobs), so all that is checked as they arrive is that every object is what its id says, within the limits of any
// pack, and that what was wanted is there. One remote's evidence is never another's.
#pragma once

#include <filesystem>
#include <memory>

#include "coro/run/pool.h"
#include "store/disk/quarantine.h"
#include "store/pack/intake.h"

namespace eka::store {

class Evidence {
 public:
  // Called on the pool: makes the directory below `incoming`. `pool` must outlive it.
  Evidence(const std::filesystem::path& incoming, coro::Pool& pool);

  // The repository, to be read with git::SourceRepository.
  const std::filesystem::path& directory() const { return directory_; }
  // A pack that joins the evidence with accept(). Must not outlive it.
  coro::Task<std::unique_ptr<Intake>> begin_intake();

 private:
  Quarantine quarantine_;
  std::filesystem::path directory_;
  coro::Pool& pool_;
};

}  // namespace eka::store
