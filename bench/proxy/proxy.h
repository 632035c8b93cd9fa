// A TCP proxy that simulates a network with latency, limited bandwidth and faults.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atom/json/json.h"
#include "coro/task/task_group.h"
#include "proxy/fault.h"
#include "proxy/link.h"
#include "proxy/tcp.h"

namespace eka::proxy {

struct Shared;

struct Options {
  std::string target;      // HOST:PORT, where HOST is an address, or localhost
  std::uint16_t port = 0;  // on 127.0.0.1; 0: any free port
  Line line;
  std::vector<Fault> faults;
};

class Proxy {
 public:
  // Binds the port, and listens unless a fault prevents it. Throws Error for an invalid target or port.
  Proxy(coro::Executor reactor, Options options);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return port_; }

  // Runs until cancelled.
  coro::Task<> serve();

  // {"bytes_down","bytes_up","connections","faults","most_open","open","port","requests"}: bytes sent and
  // received by clients; requests only of unencrypted HTTP/1; faults that occurred, except refused connections.
  atom::Json counts() const;

 private:
  coro::Task<> listen();
  coro::Task<> accept_all(coro::TaskGroup* group);
  coro::Task<> serve_one(Socket client);

  coro::Executor reactor_;
  std::unique_ptr<Shared> shared_;
  Endpoint target_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace eka::proxy
