// Receives a pack from a remote into the repository.
//
// The bytes pass the scanner and go to libgit2's indexer, in a quarantine, on the pool. accept() completes the index,
// opens the pack in isolation (only a Lender can add objects, of earlier atoms of the same set) and walks it from the
// wanted objects: so a remote can neither omit an object nor have a want satisfied by objects from another remote. A
// thin pack is first completed with the bases of its deltas. Then the pack is renamed into place. A small pack is
// checked in memory in the same way, and written together with others (small_packs.h).
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

// One incoming pack. Destroying it without accept() removes the quarantine.
class Intake : public net::ByteSink {
 public:
  // Checks the whole pack (trailer, every object's id, and that everything reachable from `wants` is in this pack or
  // reachable from the intake's bases, with trees that are safe to write), then moves it into the object store. Nothing
  // is visible before.
  virtual coro::Task<> accept(std::vector<atom::ObjectId> wants) = 0;
};

// Called at the end of accept(), on the reactor: the cache records that the wants are complete.
using Accepted = std::function<void(const std::vector<atom::ObjectId>& wants)>;

// What a pack must contain to be accepted.
enum class Demand {
  closure,  // everything that the wants reach, safe to write to a disk
  wants,    // only the wants: for packs fetched with a filter (evidence.h)
};

struct PackPlaces {
  std::filesystem::path incoming;  // quarantines
  std::filesystem::path packs;     // destination of the pack
  SmallPacks* small = nullptr;     // writes small packs if not null; must outlive the intake
};

// Does not block. `lender`, if any, provides the objects that the pack may omit or use as delta bases.
std::unique_ptr<Intake> make_intake(const PackPlaces& places, coro::Pool& pool, Accepted admitted,
                                    const PackLimits& limits = {}, Demand demand = Demand::closure,
                                    std::unique_ptr<Lender> lender = nullptr);

}  // namespace eka::store
