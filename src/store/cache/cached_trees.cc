#include "store/cache/cached_trees.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "atom/hash/digest.h"
#include "coro/task/task_group.h"
#include "store/object/survey.h"
#include "store/tree/tree_pass.h"
#include "store/tree/trees.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// A tree that is read to be written, or to be hashed, or both.
struct Reading {
  Repository& repository;
  coro::Pool& pool;
  atom::ObjectId tree;
  bool surveyed;
  atom::Sha256 hash{};
  std::optional<Quarantine> quarantine{};  // removed after the pass has ended
  std::unique_ptr<TreePass> pass{};

  std::function<void(std::string_view)> to_hash() {
    return [this](std::string_view bytes) { hash.update(bytes); };
  }
};

using Round = TreePass::Round;

coro::Task<> plan_round(Reading* reading, std::optional<Round>* next) {
  co_await coro::offload(reading->pool, [&](coro::Stop stop) {
    reading->repository.read([&](Objects& objects) { *next = reading->pass->next(objects); }, stop);
  });
}

coro::Task<> carry_out_part(Reading* reading, Round* round, std::size_t part) {
  co_await coro::offload(reading->pool, [&](coro::Stop stop) {
    reading->repository.read([&](Objects& objects) { reading->pass->carry_out(*round, part, objects); }, stop);
  });
}

coro::Task<> complete_round(Reading* reading, Round* round) {
  co_await coro::offload(reading->pool, [&] { reading->pass->complete(*round); });
}

// Surveys the tree and plans the first round; also processes it if it is small and the only one. Returns the round
// otherwise.
std::optional<Round> begin_reading(Reading& reading, Objects& objects) {
  if (!reading.surveyed) Surveyor(objects).tree(reading.tree);
  auto round = reading.pass->next(objects);
  if (!round->is_last() || round->parts() > 1) return round;
  reading.pass->carry_out(*round, 0, objects);
  reading.pass->complete(*round);
  return std::nullopt;
}

// While the parts of a round are processed, the round before is completed, and the next one is planned.
coro::Task<> read_all(Reading* reading) {
  auto round = co_await coro::offload(reading->pool, [&](coro::Stop stop) {
    return reading->repository.read([&](Objects& objects) { return begin_reading(*reading, objects); }, stop);
  });
  std::optional<Round> done;
  while (round || done) {
    std::optional<Round> next;
    std::vector<coro::Task<>> tasks;
    if (done) tasks.push_back(complete_round(reading, &*done));
    for (std::size_t part = 0; round && part < round->parts(); ++part) {
      tasks.push_back(carry_out_part(reading, &*round, part));
    }
    if (round) tasks.push_back(plan_round(reading, &next));
    co_await coro::all(std::move(tasks));
    done = std::move(round);
    round = std::move(next);
  }
}

}  // namespace

coro::Task<ProvidedTree> CachedTrees::provide(atom::ObjectId tree) {
  if (const auto found = provided_.find(tree); found != provided_.end()) co_return found->second;
  auto work = provide_now(tree);
  co_return co_await providing_.run(tree, std::move(work));
}

coro::Task<ProvidedTree> CachedTrees::provide_now(atom::ObjectId tree) {
  const bool is_hashed = known_hash(tree).has_value();
  auto directory = co_await write(tree, !is_hashed);
  const auto hash = co_await nar_hash(tree);
  ProvidedTree out{std::move(directory), hash};
  provided_.insert_or_assign(tree, out);
  co_return out;
}

coro::Task<fs::path> CachedTrees::materialize(atom::ObjectId tree) {
  co_return co_await write(tree, false);
}

coro::Task<fs::path> CachedTrees::write(atom::ObjectId tree, bool hashes) {
  uses_.note(tree);
  const bool known = is_known(tree);
  std::optional<fs::path> place;
  try {
    place = co_await coro::offload(pool_, [&](coro::Stop stop) { return trees_.find(tree, known, stop); });
    if (!place) place = co_await write_anew(tree, hashes);
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) objects_.doubt(tree);
    throw error.within("writing the tree " + tree.hex());
  }
  if (!known) {
    database_.put(Fact::materialized, key_of(tree), trees_.boot());
    objects_.trust(tree);
  }
  co_return *std::move(place);
}

coro::Task<fs::path> CachedTrees::write_anew(atom::ObjectId tree, bool hashes) {
  const auto turn = co_await readings_.acquire();
  std::vector<atom::ObjectId> lenders;
  if (const auto others = resembling_.find(tree); others != resembling_.end()) {
    std::ranges::copy_if(others->second, std::back_inserter(lenders), [&](auto& each) { return is_known(each); });
  }
  Reading reading{.repository = repository_, .pool = pool_, .tree = tree, .surveyed = surveyed_.contains(tree)};
  co_await coro::offload(pool_, [&] {
    reading.quarantine.emplace(trees_.begin(pool_));
    TreePass::Wanted wanted{.directory = Trees::directory_in(*reading.quarantine), .like = trees_.find_lender(lenders)};
    if (hashes) wanted.nar = reading.to_hash();
    reading.pass = std::make_unique<TreePass>(tree, std::move(wanted));
  });
  co_await read_all(&reading);
  surveyed_.insert(tree);
  auto place = co_await coro::offload(pool_, [&] { return trees_.finish(*reading.quarantine, tree); });
  if (hashes) remember(tree, atom::NarHash(reading.hash.finish()));
  co_return place;
}

coro::Task<atom::NarHash> CachedTrees::nar_hash(atom::ObjectId tree) {
  if (const auto known = known_hash(tree)) co_return *known;
  const auto turn = co_await readings_.acquire();
  Reading reading{.repository = repository_, .pool = pool_, .tree = tree, .surveyed = surveyed_.contains(tree)};
  TreePass::Wanted wanted;
  wanted.nar = reading.to_hash();
  reading.pass = std::make_unique<TreePass>(tree, std::move(wanted));
  try {
    co_await read_all(&reading);
  } catch (Error& error) {
    if (error.kind() == Kind::integrity) objects_.doubt(tree);
    throw error.within("hashing the tree " + tree.hex());
  }
  surveyed_.insert(tree);
  const atom::NarHash hash(reading.hash.finish());
  remember(tree, hash);
  co_return hash;
}

std::optional<atom::NarHash> CachedTrees::known_hash(const atom::ObjectId& tree) {
  const auto known = database_.get(Fact::nar_hash, key_of(tree));
  if (!known || known->size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> bytes{};
  std::copy(known->begin(), known->end(), bytes.begin());
  return atom::NarHash(bytes);
}

void CachedTrees::remember(const atom::ObjectId& tree, const atom::NarHash& hash) {
  const auto& bytes = hash.bytes();
  database_.put(Fact::nar_hash, key_of(tree), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool CachedTrees::is_known(const atom::ObjectId& tree) {
  return !trees_.boot().empty() && database_.get(Fact::materialized, key_of(tree)) == trees_.boot();
}

void CachedTrees::resembles(const atom::ObjectId& tree, std::vector<atom::ObjectId> others) {
  surveyed_.insert(tree);
  resembling_[tree] = std::move(others);
}

}  // namespace eka::store
