#pragma once

#include <chrono>

namespace eka::net {

// How long to wait for a remote. The duration of a transfer that receives bytes is not limited.
struct Timeouts {
  std::chrono::seconds connect{20};  // for name resolution, TCP and TLS together
  std::chrono::seconds stall{120};   // with (almost) no bytes
  std::chrono::seconds retry{60};    // from the first attempt of an operation to the start of the last
};

}  // namespace eka::net
