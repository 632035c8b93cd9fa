// A transport: one way to access repositories over the network, and the state shared by its sessions.
//
// To add one, define a TransportFactory in a new file and add a line to the table in remote/connector.cc.
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

// The services that a transport may use. All of them outlive it.
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
  // A session with the repository at `url`. Does not connect yet. The transport must outlive it.
  virtual std::unique_ptr<Session> open(const atom::Url& url) = 0;
  // The parts of the user's configuration that apply to `url`, without secrets: "the proxy http://p:1", for `-v`.
  virtual std::vector<std::string> described(const atom::Url& /*url*/) const { return {}; }
};

using TransportFactory = std::unique_ptr<Transport> (*)(const TransportContext& context);

}  // namespace eka::git
