// What can give git objects by their ids, made a backend of libgit2's object databases: so the indexer and a Surveyor
// need not know where objects are.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"
#include "store/object/objects.h"

namespace eka::store {

// Used by one thread at a time. What throws has not found the object.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;

  virtual std::optional<ObjectHeader> header(const atom::ObjectId& id) = 0;
  // Shows the object to `take`; false when there is none.
  using Take = std::function<void(ObjectType, std::string_view content)>;
  virtual bool read(const atom::ObjectId& id, const Take& take) = 0;

  // For an object database to own; the source must outlive that.
  git_odb_backend* backend();
  // An object database that holds nothing else.
  git::OdbHandle open();
};

}  // namespace eka::store
