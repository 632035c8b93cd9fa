// Determines which mirror of a set to try first: the fastest to respond.
//
// Response times of hosts are kept between runs. Unknown hosts race once: all are greeted in parallel, and the first to
// respond is tried first, unless a known host is faster. With a single mirror, or without unknown ones, there is no
// race and no request. A mirror that has failed does not race and is tried last, for a while. The order does not affect
// results: what a mirror delivers is always verified.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "coro/task/single_flight.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/fetch/mirror_memory.h"

namespace eka::engine {

class MirrorOrder {
 public:
  MirrorOrder(Context& context, Remotes& remotes)
      : context_(context), remotes_(remotes), memory_(context.cache->facts()) {}

  // The same URLs: local ones first, then by speed. Does not throw errors of mirrors.
  coro::Task<std::vector<atom::Url>> fastest_first(std::vector<atom::Url> mirrors);

  // Reports the outcome of a request.
  void answered(const atom::Url& mirror);
  void failed(const atom::Url& mirror);

 private:
  struct Race;
  coro::Task<> race(std::vector<atom::Url> unknown, std::optional<std::chrono::microseconds> to_beat);
  coro::Task<> run(atom::Url mirror, Race* race);
  bool failed_lately(const atom::Url& mirror) const;
  void remember(const atom::Url& mirror, std::chrono::microseconds time);

  Context& context_;
  Remotes& remotes_;
  MirrorMemory memory_;
  coro::SingleFlight<std::string, void> races_;  // by racing origins: many sets have the same mirrors
};

}  // namespace eka::engine
