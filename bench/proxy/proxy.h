// A TCP proxy that makes a loopback connection look like a line with latency, bandwidth and bad luck.
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
  std::uint16_t port = 0;  // on 127.0.0.1; 0: any that is free
  Line line;
  std::vector<Fault> faults;
};

class Proxy {
 public:
  // Takes the port, and listens unless a fault says otherwise. Throws Error for a target or a port that cannot be.
  Proxy(coro::Executor reactor, Options options);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return port_; }

  // Until it is cancelled.
  coro::Task<> serve();

  // {"bytes_down","bytes_up","connections","faults","most_open","open","port","requests"}: bytes as the client sends
  // and gets them; requests only where the protocol is HTTP/1 in the clear; faults that happened, refusals not counted.
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
