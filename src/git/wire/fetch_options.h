// What a fetch is asked for besides its objects.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::git {

// What may stay away although the wants reach it. Objects that are wanted themselves always come. A server that cannot
// filter sends everything: who asks must be content with more.
enum class Filter {
  none,
  blobs,  // commits and trees only
  trees,  // commits only: a history, without what it held
};

// Where a want is by name. Only looked at where a server does not give objects by their id (wants.h).
struct KnownRef {
  atom::ObjectId want;
  std::string ref;  // full name; points at the want, or at something whose history holds it
};

struct FetchOptions {
  FetchOptions() = default;  // declared, so that this is no aggregate: see the trap in coro/task.h
  // 0: everything that the wants reach. Else so many generations of commits, counted from the wants: 1 brings the
  // trees of the wanted commits and none of their history.
  std::uint32_t depth = 0;
  Filter filter = Filter::none;
  std::vector<KnownRef> known_refs;
  // Commits without parents that we hold whole, with their trees: what they reach need not come again, and the pack may
  // be thin, made of differences from it. A remote learns of them, so they must be of its own set. A hint: a remote may
  // send everything all the same.
  std::vector<atom::ObjectId> haves;
  // Told what the server has to say meanwhile, fit for a terminal. None: the server is asked for silence.
  std::function<void(std::string_view)> progress;
  // Whoever asks has another place to ask: one attempt, with no waiting.
  bool hasty = false;
  // The same was asked before, and broke when bytes had gone to the sink: this counts as a retry.
  bool again = false;
};

}  // namespace eka::git
