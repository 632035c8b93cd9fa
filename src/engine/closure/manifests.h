// The manifests of atoms in the cache, each read and parsed once in a run, however many closures contain its atom.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/manifest/manifest.h"
#include "base/error.h"
#include "coro/task/limiter.h"
#include "coro/task/task.h"
#include "engine/context/published.h"

namespace eka::engine {

class Context;

struct KnownManifest {
  atom::ObjectId tree;
  std::shared_ptr<const atom::Manifest> manifest;
};

// Used on the reactor; must outlive the tasks that call it.
class Manifests {
 public:
  explicit Manifests(Context& context) : context_(context) {}

  // In the order of `atoms`, which must be in the cache; each fails separately, with the errors of read_atoms(), and
  // failures are not remembered. Callers wait for those before them, who may read the same.
  coro::Task<std::vector<Result<KnownManifest>>> read(std::vector<Published> atoms);

 private:
  coro::Task<std::map<Published, Error>> read_missing(const std::vector<Published>& atoms);

  Context& context_;
  coro::Limiter turn_{1};
  std::map<Published, KnownManifest> known_;
};

}  // namespace eka::engine
