#pragma once

#include <cstdint>

namespace eka::git {

// What a remote cost so far. Requests are what the server would log.
struct Traffic {
  std::uint64_t handshakes = 0;  // capability requests, counted apart from `requests`
  std::uint64_t requests = 0;    // ls-refs and fetch
  std::uint64_t retries = 0;
  std::uint64_t bytes_received = 0;  // on the wire, before decompression
  std::uint64_t bytes_sent = 0;
};

}  // namespace eka::git
