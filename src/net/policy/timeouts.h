#pragma once

#include <chrono>

namespace eka::net {

// How long a remote is waited for. There is no limit to how long a transfer takes whose bytes keep coming.
struct Timeouts {
  std::chrono::seconds connect{20};  // for name, TCP and TLS together
  std::chrono::seconds stall{120};   // without bytes worth the name
  std::chrono::seconds retry{60};    // from the first attempt at something to the beginning of the last
};

}  // namespace eka::net
