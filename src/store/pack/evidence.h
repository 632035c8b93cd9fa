// Objects of one remote that are only inspected, to verify what it has published (engine/verify/verify.h).
//
// They are kept in their own bare repository in a quarantine and are removed with it: they never enter the cache's
// object store, get a ref there, or count as present. Packs may be partial (a history without trees, trees without
// blobs), so intake checks only that every object matches its id, that pack limits hold, and that the wanted objects
// are present. Evidence of one remote is never used for another.
#pragma once

#include <filesystem>
#include <memory>

#include "coro/run/pool.h"
#include "store/disk/quarantine.h"
#include "store/pack/intake.h"

namespace eka::store {

class Evidence {
 public:
  // Creates the directory below `incoming`. `pool` must outlive it. Called on the pool.
  Evidence(const std::filesystem::path& incoming, coro::Pool& pool);

  // The repository, for git::SourceRepository.
  const std::filesystem::path& directory() const { return directory_; }
  // An intake whose accept() adds the pack to this evidence. Must not outlive it.
  coro::Task<std::unique_ptr<Intake>> begin_intake();

 private:
  Quarantine quarantine_;
  std::filesystem::path directory_;
  coro::Pool& pool_;
};

}  // namespace eka::store
