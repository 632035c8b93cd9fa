// One push: from a commit of the user's repository to refs of the remote.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/publish/pins.h"
#include "engine/publish/publish.h"
#include "engine/publish/set_at_remote.h"
#include "engine/publish/source.h"

namespace eka::engine {

struct PublishStep {
  PublishSource source;
  atom::Url url;
  PublishReport report;
  // The atoms that were rejected because their lock must be resolved again, each with the atoms of this set that have
  // to be published first.
  std::map<atom::Label, std::set<atom::Label>> unresolved{};
};

// Publishes from request.revision what can be published, ignoring request.resolve. Throws as publish().
coro::Task<PublishStep> publish_step(Context& context, PublishRequest request);

}  // namespace eka::engine
