#include "store/working/copy_tree.h"

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/object/tree.h"

namespace eka::store {

bool copy_tree(Objects& from, const atom::ObjectId& tree, Objects& to, NewObjects::Places places, coro::Stop stop) {
  NewObjects added(to, std::move(places), NewObjects::Present::check);
  std::unordered_set<atom::ObjectId> seen{tree};
  for (std::vector<atom::ObjectId> open{tree}; !open.empty();) {
    const auto id = open.back();
    open.pop_back();
    const auto directory = from.read(id, ObjectType::tree);
    const auto entries = unwrap(parse_tree(directory.content()));
    for (const auto& entry : entries) {
      stop.check();
      if (!seen.insert(entry.id).second) continue;
      if (entry.kind == EntryKind::directory) {
        open.push_back(entry.id);
      } else {
        const auto file = from.read(entry.id, ObjectType::blob);
        added.add(ObjectType::blob, entry.id, std::string(file.content()));
      }
    }
    added.add(ObjectType::tree, id, std::string(directory.content()));
  }
  return added.finish();
}

}  // namespace eka::store
