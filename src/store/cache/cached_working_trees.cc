#include "store/cache/cached_working_trees.h"

#include <utility>

#include "atom/hash/digest.h"
#include "atom/hash/nar_hash.h"
#include "store/working/copy_tree.h"
#include "store/working/file_states.h"
#include "store/working/snapshot.h"

namespace eka::store {

namespace fs = std::filesystem;

coro::Task<atom::ObjectId> CachedWorkingTrees::take(fs::path directory) {
  SnapshotPlaces places{{places_.incoming(), places_.packs()}, {}, places_.trees_incoming()};
  std::string name;
  auto states = co_await coro::offload(pool_, [&] {
    directory = fs::canonical(directory);
    name = atom::NarHash(atom::Sha256::of(directory.native())).hex();
    places.states = places_.working() / name;
    return FileStates::read(places.states);
  });
  uses_.note(name);
  const Recorded recorded = has_all(states) ? Recorded::present : Recorded::known;
  auto snapshot = co_await write(&directory, &places, std::move(states), recorded);
  if (database_.get(Fact::doubtful, key_of(snapshot.tree))) {
    auto earlier = std::move(snapshot.earlier);
    FileStates nothing;
    snapshot = co_await write(&directory, &places, std::move(nothing), Recorded::nothing);
    snapshot.earlier = std::move(earlier);
    objects_.trust(snapshot.tree);
  }
  trees_.resembles(snapshot.tree, std::move(snapshot.earlier));
  co_return snapshot.tree;
}

coro::Task<Snapshot> CachedWorkingTrees::write(const fs::path* directory, const SnapshotPlaces* places,
                                               FileStates states, Recorded recorded) {
  auto snapshot = co_await coro::offload(pool_, [&](coro::Stop stop) {
    return repository_.read(
        [&](Objects& objects) {
          return take_snapshot(objects, *directory, *places, std::move(states), recorded, stop);
        },
        stop);
  });
  objects_.wrote_tree(snapshot.tree, snapshot.wrote_pack);
  co_return snapshot;
}

coro::Task<> CachedWorkingTrees::copy(fs::path objects, atom::ObjectId tree) {
  co_await coro::offload(pool_, [&](coro::Stop stop) {
    auto from = Objects::of_repository(objects);
    from.stop_at(stop);
    return repository_.read(
        [&](Objects& to) { return copy_tree(from, tree, to, {places_.incoming(), places_.packs()}, stop); }, stop);
  });
}

bool CachedWorkingTrees::has_all(const FileStates& states) {
  if (boot_.empty() || states.trees().empty()) return false;
  const auto key = key_of(states.trees().front());
  return database_.get(Fact::whole, key) == boot_ && !database_.get(Fact::doubtful, key);
}

void CachedWorkingTrees::keep(const atom::ObjectId& tree) {
  if (!boot_.empty()) database_.put(Fact::whole, key_of(tree), boot_);
}

}  // namespace eka::store
