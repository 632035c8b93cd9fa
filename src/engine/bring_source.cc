// The bytes of a source: Sources::bring().
#include <fmt/format.h>

#include "engine/sources.h"

namespace eka::engine {

coro::Task<BroughtSource> Sources::bring(atom::LockedDirect source) {
  throw Error(Kind::failure, fmt::format("the source `{}` ({}) is no atom", source.name(), source.type()))
      .with_hint("direct Nix sources are not supported yet");
  co_return BroughtSource{{}, {}, atom::NarHash({}), false};
}

}  // namespace eka::engine
