// A pack on its way from a remote into the repository.
//
// Its bytes pass the scanner and go into libgit2's indexer, in a quarantine, on the pool. accept() completes the index,
// opens the pack alone, as if there were no other object in the world but those that a Lender lends for the set's own
// earlier atoms, and walks it from what was wanted: so a remote can neither leave something out nor have a want
// satisfied by what another remote gave. A thin pack is completed first, with the bases of its deltas. Then the pack is
// renamed in. A small pack is looked at in memory in the same way, and written together with others (small_packs.h).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "git/remote/remote.h"
#include "store/object/bounds.h"
#include "store/object/lender.h"
#include "store/pack/small_packs.h"

namespace eka::store {

// One pack on its way in. Destroying it without accept() removes the quarantine.
class Intake : public net::ByteSink {
 public:
  // Checks the pack whole (trailer, every object's id, and that everything reachable from `wants` is in this very
  // pack or among what the intake's bases reach, with trees that are fit to be written), then moves it into the object
  // store. Nothing is visible before.
  virtual coro::Task<> accept(std::vector<atom::ObjectId> wants) = 0;
};

// What accept() does at its end, on the reactor: the cache notes that these are whole.
using Accepted = std::function<void(const std::vector<atom::ObjectId>& wants)>;

// What a pack must hold to be admitted.
enum class Demand {
  closure,  // everything that the wants reach, fit to be written to a disk
  wants,    // the wants themselves: for packs that were asked for with a filter (evidence.h)
};

struct PackPlaces {
  std::filesystem::path incoming;  // quarantines
  std::filesystem::path packs;     // where the pack shall go
  SmallPacks* small = nullptr;     // who writes small packs, if anybody does; outlives the intake
};

// Does not block. `lender`, if any, lends what the pack may leave out or build upon.
std::unique_ptr<Intake> make_intake(const PackPlaces& places, coro::Pool& pool, Accepted admitted,
                                    const PackLimits& limits = {}, Demand demand = Demand::closure,
                                    std::unique_ptr<Lender> lender = nullptr);

}  // namespace eka::store
