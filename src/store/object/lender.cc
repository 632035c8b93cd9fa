#include "store/object/lender.h"

#include <utility>

#include "store/object/reach.h"

namespace eka::store {

bool Lender::lends(const atom::ObjectId& id) {
  for (const atom::ObjectId& commit : std::exchange(commits_, {})) {
    repository_.read([&](Objects& objects) {
      const Object content = objects.read(commit, ObjectType::commit);
      lent_.insert(commit);
      add_reachable(objects, tree_of_commit(content.content()), lent_);
    });
  }
  return lent_.contains(id);
}

std::optional<Object> Lender::find(const atom::ObjectId& id) {
  if (!lends(id)) return std::nullopt;
  return repository_.read([&](Objects& objects) { return objects.find(id); });
}

bool Lender::read(const atom::ObjectId& id, const Take& take) {
  const auto object = find(id);
  if (object) take(object->type(), object->content());
  return object.has_value();
}

std::optional<ObjectHeader> Lender::header(const atom::ObjectId& id) {
  if (!lends(id)) return std::nullopt;
  return repository_.read([&](Objects& objects) { return objects.header(id); });
}

}  // namespace eka::store
