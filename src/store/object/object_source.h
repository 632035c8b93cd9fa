// A source of git objects by id, usable as a backend of a libgit2 object database, so that the indexer and Surveyor do
// not depend on where objects are stored.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"
#include "store/object/objects.h"

namespace eka::store {

// Used by one thread at a time. An exception means that the object was not found.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;

  virtual std::optional<ObjectHeader> header(const atom::ObjectId& id) = 0;
  // Passes the object to `take`; returns false if there is none.
  using Take = std::function<void(ObjectType, std::string_view content)>;
  virtual bool read(const atom::ObjectId& id, const Take& take) = 0;

  // A backend for an object database, which takes ownership of it. This source must outlive that database.
  git_odb_backend* backend();
  // An object database with this source as its only backend.
  git::OdbHandle open();
};

}  // namespace eka::store
