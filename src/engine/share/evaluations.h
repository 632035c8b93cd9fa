// Cached evaluations in a remote cache that many machines share (store/remote/remote_cache.h).
//
// An evaluation is a statement that no hash can verify, so it is used only if a trusted key has signed it
// (cache.trusted-keys), or if the user trusts whoever can write to the cache (cache.trust). What it refers to is
// verified like anything else: each object's path must follow from its content.
//
// Never fails: an evaluation that cannot be had is a miss, and one that cannot be stored is not shared.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/share/entry.h"
#include "engine/share/recalled.h"
#include "eval/store/store_object.h"

namespace eka::engine {

struct Pulled {
  std::vector<std::optional<Recalled>> evaluations;  // in the order of the keys
  std::vector<eval::StoreObject> objects;            // genuine; those that the derivations need beside valid ones
};

// One request for each key, and one for each blob that several of them name. Asks nothing if there is no remote cache
// whose evaluations are trusted.
coro::Task<Pulled> pull_evaluations(Context& context, std::vector<std::string> keys);

// The same for entries that are at hand, and that are trusted. `get` returns a blob, or nothing; it must outlive the
// call.
using GetBlob = std::function<coro::Task<std::optional<std::string>>(store::RemoteBlob)>;
coro::Task<Pulled> open_entries(Context& context, std::vector<std::optional<SharedEntry>> entries, const GetBlob& get);

struct Shareable {
  std::string key;
  Recalled evaluation;
};
// The entries of those that do not refer to files of this machine, and whose derivations are valid. Nothing, and a
// note, if the store does not give them.
struct Packed {
  std::vector<SharedEntry> entries;
  std::vector<std::string> blobs;
};
coro::Task<std::optional<Packed>> pack_evaluations(Context& context, std::vector<Shareable> evaluations);

// Stores evaluations whose derivations are valid, if the user wants that (cache.push). Those that refer to files of
// this machine are left out.
coro::Task<> push_evaluations(Context& context, std::vector<Shareable> evaluations);

}  // namespace eka::engine
