// The interface between the Fetcher and cache and remotes. The Fetcher decides what is fetched, for which callers and
// from which mirror; a Delivery does it. Everything is called on the reactor and resumes there.
#pragma once

#include <vector>

#include "coro/task/task.h"
#include "engine/context/published.h"

namespace eka::engine {

// How a request to one mirror is made.
struct Effort {
  bool hasty = false;  // one attempt without waiting: another mirror or a later request will do
  bool quiet = false;  // not needed yet: failures are not reported to the user
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  // Throws if the cache could not store what is delivered.
  virtual void check_writable() const = 0;

  // Those of `atoms`, which belong to one set, that are not complete in the cache. Throws Kind::integrity if the commit
  // of a revision has another label or version.
  virtual coro::Task<std::vector<Published>> missing(std::vector<Published> atoms) = 0;

  // The order in which to try them. Does not throw errors of mirrors.
  virtual coro::Task<std::vector<atom::Url>> in_order(std::vector<atom::Url> mirrors) = 0;

  // Fetches the objects from this mirror, then checks the atoms and records who delivered them. Throws Kind::remote,
  // integrity, offline.
  virtual coro::Task<> deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                               Effort effort) = 0;
};

}  // namespace eka::engine
