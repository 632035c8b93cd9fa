// Which mirror of a set to ask first: the fastest to answer.
//
// How fast a host answers is remembered between runs. Hosts that nothing is known of race, once: all are greeted at
// once, and who answers first is the first to be asked, unless it takes them longer than it would take one that is
// known. With a single mirror, or none unknown, there is no race and no request. A mirror that has failed races no more
// and is asked last, for a while. All of this only chooses whom to ask: what a mirror delivers is verified whoever it
// is, so that the order changes no result.
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

  // The same urls: those on this disk first, then by speed. Never throws what a mirror does wrong.
  coro::Task<std::vector<atom::Url>> fastest_first(std::vector<atom::Url> mirrors);

  // How a request of one of them ended.
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
  coro::SingleFlight<std::string, void> races_;  // by the origins that run in them: many sets have the same mirrors
};

}  // namespace eka::engine
