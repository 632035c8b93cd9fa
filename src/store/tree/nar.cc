#include "store/tree/nar.h"

#include "atom/hash/digest.h"
#include "store/tree/tree_pass.h"

namespace eka::store {

void write_nar(Objects& objects, const atom::ObjectId& tree, const std::function<void(std::string_view)>& write) {
  TreePass(tree, {.nar = write}).run(objects);
}

atom::NarHash hash_nar(Objects& objects, const atom::ObjectId& tree) {
  atom::Sha256 hash;
  write_nar(objects, tree, [&](std::string_view bytes) { hash.update(bytes); });
  return atom::NarHash(hash.finish());
}

}  // namespace eka::store
