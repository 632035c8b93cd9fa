#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace eka::net {

// What a remote cost so far. Requests are what the server would log.
struct Traffic {
  std::uint64_t handshakes = 0;  // capability requests, counted apart from `requests`
  std::uint64_t requests = 0;    // ls-refs and fetch
  std::uint64_t retries = 0;
  std::uint64_t bytes_received = 0;  // on the wire, before decompression
  std::uint64_t bytes_sent = 0;
  // From the last request's being sent to the first byte of its answer, where the transport can tell.
  std::optional<std::chrono::microseconds> answer_time;

  Traffic& operator+=(const Traffic& more) {
    handshakes += more.handshakes;
    requests += more.requests;
    retries += more.retries;
    bytes_received += more.bytes_received;
    bytes_sent += more.bytes_sent;
    return *this;
  }
};

}  // namespace eka::net
