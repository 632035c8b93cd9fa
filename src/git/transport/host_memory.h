// Knowledge about hosts that is kept between runs.
#pragma once

#include <optional>
#include <string>

namespace eka::git {

// What is stored about a host. The store implements HostMemory; git/ only uses it.
struct HostFacts {
  bool speaks_v2 = false;
  bool gives_by_id = true;           // serves objects that no ref points to, by id
  bool persists = true;              // keeps a connection open after a response
  std::string agent_capabilities{};  // the capability lines that it advertised, separated by newlines
};

class HostMemory {
 public:
  virtual ~HostMemory() = default;
  // `place` is an origin (scheme://host:port), or the URL of a repository that has responded as git. Both functions are
  // called on the reactor and must not block.
  virtual std::optional<HostFacts> recall(const std::string& place) = 0;
  virtual void remember(const std::string& place, const HostFacts& facts) = 0;
};

}  // namespace eka::git
