// A file being added to the cache: written to a quarantine while it is hashed, then kept under its hash, or unpacked
// and kept as a tree.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "net/download/file_sink.h"
#include "store/pack/intake.h"

namespace eka::store {

// Destroying it without keep() or unpack() removes what has been written.
class IncomingFile : public net::FileSink {
 public:
  // Keeps the file under the SHA-256 of its bytes.
  virtual coro::Task<atom::NarHash> keep() = 0;
  // Unpacks the file as an archive and keeps the resulting tree (unpack.h). Does not write a ref.
  virtual coro::Task<atom::ObjectId> unpack() = 0;
};

// `quarantines` is a directory of quarantines, `files` the directory for kept files. `begin_intake` starts the intake
// for an unpacked tree. Called on the pool.
std::unique_ptr<IncomingFile> make_incoming_file(const std::filesystem::path& quarantines, std::filesystem::path files,
                                                 coro::Pool& pool,
                                                 std::function<coro::Task<std::unique_ptr<Intake>>()> begin_intake);

}  // namespace eka::store
