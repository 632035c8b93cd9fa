#include "store/cache/cached_trees.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "store/object/survey.h"
#include "store/tree/nar.h"

namespace eka::store {

namespace fs = std::filesystem;

coro::Task<fs::path> CachedTrees::materialize(atom::ObjectId tree) {
  uses_.note(tree);
  const std::string& boot = trees_.boot();
  const bool known = database_.get(Fact::materialized, key_of(tree)) == boot;
  fs::path place;
  try {
    place = co_await coro::offload(pool_, [&](coro::Stop stop) { return trees_.materialize(tree, known, stop); });
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) objects_.doubt(tree);
    throw error.within("writing the tree " + tree.hex());
  }
  if (!known) {
    database_.put(Fact::materialized, key_of(tree), boot);
    objects_.trust(tree);
  }
  co_return place;
}

coro::Task<atom::NarHash> CachedTrees::nar_hash(atom::ObjectId tree) {
  if (const auto known = database_.get(Fact::nar_hash, key_of(tree)); known && known->size() == 32) {
    std::array<std::uint8_t, 32> bytes{};
    std::copy(known->begin(), known->end(), bytes.begin());
    co_return atom::NarHash(bytes);
  }
  std::optional<atom::NarHash> hash;
  try {
    hash = co_await coro::offload(pool_, [&](coro::Stop stop) {
      const auto hash_all = [&](Objects& objects) {
        Surveyor(objects).tree(tree);
        return hash_nar(objects, tree);
      };
      return repository_.read(hash_all, stop);
    });
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) objects_.doubt(tree);
    throw error.within("hashing the tree " + tree.hex());
  }
  const auto& bytes = hash->bytes();
  database_.put(Fact::nar_hash, key_of(tree), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  co_return *hash;
}

}  // namespace eka::store
