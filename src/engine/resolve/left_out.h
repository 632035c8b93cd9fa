// A published version that can be selected only if a lock names it.
#pragma once

#include <chrono>
#include <optional>

#include "engine/context/published.h"

namespace eka::engine {

struct LeftOut {
  Published atom;
  bool yanked;  // otherwise it is not known to have been published before settings.newest_before
  // When it was published, as far as that is known (fetch/release_dates.h); nothing without settings.newest_before.
  std::optional<std::chrono::sys_seconds> published;
};

}  // namespace eka::engine
