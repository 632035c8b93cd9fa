// What is known of hosts between runs.
#pragma once

#include <optional>
#include <string>

namespace eka::git {

// What is worth remembering of a host between runs. The store keeps it; git/ only asks and tells.
struct HostFacts {
  bool speaks_v2 = false;
  bool gives_by_id = true;           // objects, to who wants them, though no ref points at them
  bool persists = true;              // keeps a connection open after an answer
  std::string agent_capabilities{};  // the capability lines it advertised, newline separated
};

class HostMemory {
 public:
  virtual ~HostMemory() = default;
  // `place` is an origin (scheme://host:port), or the URL of a repository that has answered as git. Both are called on
  // the reactor and must not block.
  virtual std::optional<HostFacts> recall(const std::string& place) = 0;
  virtual void remember(const std::string& place, const HostFacts& facts) = 0;
};

}  // namespace eka::git
