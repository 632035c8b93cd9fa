// What the cache lends to a pack on its way in: the objects that some of its own commits reach, and no others.
//
// A fetch that says "have" is answered with a pack that leaves out what the server believes to be here, or holds only
// differences from it. Such a pack is made whole from the cache, but never from what another set brought: else a remote
// could have a want satisfied with objects that it never had, and learn by trying what others gave us. So the lender
// walks the trees of the commits that were named to the server, and lends nothing beside them.
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
  // `repository` must outlive it. Nothing is read before the first question.
  Lender(Repository& repository, std::vector<atom::ObjectId> commits)
      : repository_(repository), commits_(std::move(commits)) {}
  Lender(const Lender&) = delete;
  Lender& operator=(const Lender&) = delete;

  // Nothing when the object is not lent. What is damaged is not lent either.
  std::optional<Object> find(const atom::ObjectId& id);
  std::optional<ObjectHeader> header(const atom::ObjectId& id) override;
  bool read(const atom::ObjectId& id, const Take& take) override;

 private:
  bool lends(const atom::ObjectId& id);

  Repository& repository_;
  std::vector<atom::ObjectId> commits_;  // until they have been walked
  std::unordered_set<atom::ObjectId> lent_;
};

}  // namespace eka::store
