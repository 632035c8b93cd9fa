// TCP connections that are opened before the requests that will use them.
//
// The first request to an unknown host is sent alone; many others wait for its response. Meanwhile their connections
// are opened, to the address that the first one has reached, which saves them a round trip. libcurl takes a connection
// from here when it asks for a socket to that address (CURLOPT_OPENSOCKETFUNCTION). Only for plain http: over TLS most
// servers speak HTTP/2, where the requests share one connection.
//
// Never throws and never waits. A connection that cannot be opened in advance is opened by libcurl in its own way, and
// failures are reported there. Call on the reactor only.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "coro/process/descriptor.h"

namespace eka::net {

class SpareSockets {
 public:
  // Starts to open `count` connections to a numeric address, fewer if there are `most` already.
  void open(const std::string& address, int port, std::size_t count);

  // An open connection to `address`, or nothing: none is open yet, or the server has closed it.
  coro::Descriptor take(const sockaddr* address);

  static constexpr std::size_t most = 64;  // to all hosts together; as many as the requests of one host at a time

 private:
  // A server may close a connection on which nothing arrives; this is less than any server's limit for that.
  static constexpr std::chrono::seconds longest_wait{5};

  struct Spare {
    std::string peer;  // the bytes of its address
    coro::Descriptor socket;
    std::chrono::steady_clock::time_point opened;
  };
  void drop_old();

  std::vector<Spare> spares_;
};

}  // namespace eka::net
