#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "net/policy/repeat_rule.h"

namespace eka::net {

// The traffic of a remote so far. Requests are counted as the server would log them.
struct Traffic {
  std::uint64_t handshakes = 0;  // capability requests, not included in `requests`
  std::uint64_t requests = 0;    // ls-refs and fetch
  std::uint64_t retries = 0;
  std::uint64_t connections = 0;  // opened
  // Requests repeated immediately on a new connection (repeat_rule.h).
  std::uint64_t closed_while_idle = 0;
  std::uint64_t one_request_per_connection = 0;
  std::uint64_t bytes_received = 0;  // on the wire, before decompression
  std::uint64_t bytes_sent = 0;
  std::chrono::milliseconds longest_wait{};  // of one request, for a busy host (host_rest.h)
  // From sending the last request to the first byte of its response, if the transport can measure it.
  std::optional<std::chrono::microseconds> answer_time;

  void count(Repeat why) {
    if (why == Repeat::closed_while_idle) ++closed_while_idle;
    if (why == Repeat::one_request_per_connection) ++one_request_per_connection;
  }

  Traffic& operator+=(const Traffic& more) {
    handshakes += more.handshakes;
    requests += more.requests;
    retries += more.retries;
    connections += more.connections;
    closed_while_idle += more.closed_while_idle;
    one_request_per_connection += more.one_request_per_connection;
    bytes_received += more.bytes_received;
    bytes_sent += more.bytes_sent;
    longest_wait = std::max(longest_wait, more.longest_wait);
    return *this;
  }
};

}  // namespace eka::net
