// Options of a fetch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::git {

// Which reachable objects to omit. Wants are always sent. A server that does not support filters sends everything,
// which the caller must accept.
enum class Filter {
  none,
  blobs,  // commits and trees only
  trees,  // commits only: the history without its contents
};

// The ref of a want. Used only if a server does not allow fetching objects by id (wants.h).
struct KnownRef {
  atom::ObjectId want;
  std::string ref;  // full name; points to the want, or to an object whose history contains it
};

struct FetchOptions {
  FetchOptions() = default;  // declared, so that this is not an aggregate: see the warning in coro/task/task.h
  // 0: everything reachable from the wants. Otherwise the number of generations of commits, counted from the wants: 1
  // fetches the trees of the wanted commits and none of their history.
  std::uint32_t depth = 0;
  Filter filter = Filter::none;
  // Fail (Kind::remote) instead of accepting everything from a server that does not support filters.
  bool filter_required = false;
  std::vector<KnownRef> known_refs;
  // Commits without parents that are cached with their complete trees: objects reachable from them are not needed, and
  // the pack may be thin, with deltas against them. The remote learns of them, so they must belong to its own set. A
  // hint: the remote may send everything.
  std::vector<atom::ObjectId> haves;
  // Called with progress messages of the server, safe for a terminal. Null: the server is asked not to send any.
  std::function<void(std::string_view)> progress;
  // The caller has another mirror: one attempt, without waiting.
  bool hasty = false;
  // Repeats a fetch that failed after bytes had been written to the sink: counts as a retry.
  bool again = false;
};

}  // namespace eka::git
