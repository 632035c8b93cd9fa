// The life of one world: a row of steps, in each of which one or several processes plan on one cache, and after each of
// which everything must be as it should.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/sim/faults.h"
#include "tests/sim/world.h"

namespace eka::sim {

// A seed, and what of its story is left out: by shrinking, or by whoever looks for something.
struct Story {
  std::uint64_t seed = 0;
  Size size{};
  std::size_t most_steps = 6, most_processes = 3, most_items = 3;
  std::optional<Faults> faults{};  // nothing: the seed's own half
  bool keeps_all = false;          // events, not the last hundred alone
};

struct Failure {
  std::string what;
  std::string world;               // all that was so, and what was done
  std::deque<std::string> events;  // the last of them
};

struct Ending {
  std::optional<Failure> failure;
  std::uint64_t digest = 0;  // of all events: the same for the same story
  std::deque<std::string> events{};
};

// Lives in `directory`, which is made and, when nothing failed, removed. After a failure the process must end without
// destroying anything (std::_Exit): coroutines are left as they are.
Ending live(const Story& story, const std::filesystem::path& directory);

// What may go wrong in it.
Faults faults_of(const Story& story);

}  // namespace eka::sim
