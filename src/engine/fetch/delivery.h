// What the Fetcher needs of the cache and of the remotes. The Fetcher decides what is fetched, for whom and from which
// mirror; a Delivery carries it out. Everything is called on the reactor and resumes there.
#pragma once

#include <vector>

#include "coro/task/task.h"
#include "engine/context/published.h"

namespace eka::engine {

// How one mirror is to be asked.
struct Effort {
  bool hasty = false;  // one attempt without waiting: another mirror, or another time, is as good
  bool quiet = false;  // not needed yet: failures are not reported
};

class Delivery {
 public:
  virtual ~Delivery() = default;

  // Throws if the cache cannot be written to.
  virtual void check_writable() const = 0;

  // Those of `atoms`, which are of one set, that are not whole in the cache. Throws Kind::integrity where the commit of
  // a revision has another label or version.
  virtual coro::Task<std::vector<Published>> missing(std::vector<Published> atoms) = 0;

  // The order in which to ask them. Throws nothing for what a mirror does wrong.
  virtual coro::Task<std::vector<atom::Url>> in_order(std::vector<atom::Url> mirrors) = 0;

  // Brings the objects from this mirror, then checks the atoms and records who delivered them. Throws Kind::remote,
  // integrity, offline.
  virtual coro::Task<> deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                               Effort effort) = 0;
};

}  // namespace eka::engine
