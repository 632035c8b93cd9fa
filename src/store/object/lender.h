// The objects of the cache that an incoming pack may refer to: those reachable from given commits, and no others.
//
// A server answers a fetch with "have" lines with a pack that omits objects it believes the client has, or contains
// deltas against them. Such a pack is completed from the cache, but never with objects that came from another set:
// otherwise a remote could satisfy a want with objects it never had, and probe for objects that others delivered. So
// the lender walks the trees of the commits that were sent as "have" to the server, and lends only what they reach.
//
// Used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/object/object_source.h"
#include "store/object/repository.h"

namespace eka::store {

class Lender final : public ObjectSource {
 public:
  // `repository` must outlive it. Reads nothing before the first query.
  Lender(Repository& repository, std::vector<atom::ObjectId> commits)
      : repository_(repository), commits_(std::move(commits)) {}
  Lender(const Lender&) = delete;
  Lender& operator=(const Lender&) = delete;

  // nullopt if the object is not lent. Damaged objects are not lent.
  std::optional<Object> find(const atom::ObjectId& id);
  std::optional<ObjectHeader> header(const atom::ObjectId& id) override;
  bool read(const atom::ObjectId& id, const Take& take) override;

 private:
  bool lends(const atom::ObjectId& id);

  Repository& repository_;
  std::vector<atom::ObjectId> commits_;  // not yet walked
  std::unordered_set<atom::ObjectId> lent_;
};

}  // namespace eka::store
