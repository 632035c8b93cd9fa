// One way to reach repositories over the network, and what all its sessions share.
//
// To add one: a file that defines a TransportFactory, and a line in the table of remote/connector.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "git/config/user_config.h"
#include "git/transport/handshakes.h"
#include "git/transport/session.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"
#include "net/policy/timeouts.h"

namespace eka::git {

// What a transport may use. All of it outlives the transport.
struct TransportContext {
  coro::Pool& pool;
  const UserConfig& config;
  net::Timeouts timeouts;
  net::HttpClient& http;
  net::Credentials& credentials;
  Handshakes& handshakes;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // A session with the repository at `url`. Connects to nothing yet. The transport must outlive it.
  virtual std::unique_ptr<Session> open(const atom::Url& url) = 0;
  // What of the user's configuration applies to `url`, without secrets: "the proxy http://p:1", for `-v`.
  virtual std::vector<std::string> described(const atom::Url& /*url*/) const { return {}; }
};

using TransportFactory = std::unique_ptr<Transport> (*)(const TransportContext& context);

}  // namespace eka::git
