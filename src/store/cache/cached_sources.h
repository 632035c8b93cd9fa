// Sources that are not atoms: files by their hash, trees by a name.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/cache/cached_objects.h"
#include "store/disk/write_access.h"
#include "store/fact/uses.h"
#include "store/name/refs.h"
#include "store/object/repository.h"
#include "store/source/incoming_file.h"

namespace eka::store {

class CachedSources {
 public:
  // Files are kept in `directory`. All arguments must outlive it.
  CachedSources(std::filesystem::path directory, Repository& repository, Refs& refs, CachedObjects& objects, Uses& uses,
                WriteAccess access, coro::Pool& pool);

  coro::Task<std::unique_ptr<IncomingFile>> begin_file();
  // The file with this SHA-256; nullopt if there is none.
  coro::Task<std::optional<std::filesystem::path>> file(atom::NarHash hash);
  // The tree of the source with this name; nullopt unless it is complete. A name identifies the content
  // (source_name.h), and is written last.
  coro::Task<std::optional<atom::ObjectId>> tree(std::string name);
  coro::Task<> name(std::string name, atom::ObjectId tree);

 private:
  std::filesystem::path directory_;
  Repository& repository_;
  Refs& refs_;
  CachedObjects& objects_;
  Uses& uses_;
  WriteAccess access_;
  coro::Pool& pool_;
};

}  // namespace eka::store
