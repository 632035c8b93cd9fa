#include "store/object/reach.h"

#include <vector>

#include "store/object/tree.h"

namespace eka::store {

void add_reachable(Objects& objects, const atom::ObjectId& root, std::unordered_set<atom::ObjectId>& ids) {
  std::vector<atom::ObjectId> trees{root};
  while (!trees.empty()) {
    const atom::ObjectId id = trees.back();
    trees.pop_back();
    if (!ids.insert(id).second) continue;
    const Object tree = objects.read(id, ObjectType::tree);
    for (const TreeEntry& entry : unwrap(parse_tree(tree.content()))) {
      if (entry.kind == EntryKind::directory) {
        trees.push_back(entry.id);
      } else {
        ids.insert(entry.id);
      }
    }
  }
}

}  // namespace eka::store
