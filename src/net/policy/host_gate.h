// Limits the number of concurrent requests to each host, and adapts the limit to the host.
//
// The limit starts at the number that users of other tools send to one host (decision 0030), doubles with each full
// round of successful responses, and is halved when the host is overloaded (429, 503, a reset); from then on it grows
// by one per round. A burst of failures halves it once: requests sent before the halving say nothing about the new
// limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::net {

class HostGate {
 public:
  struct Bounds {
    double first = 64;
    double most = 256;
  };
  class Pass;

  explicit HostGate(Bounds bounds) : bounds_(bounds) {}
  HostGate() : HostGate(Bounds()) {}

  // First come, first served within a host. A cancelled waiter leaves the queue.
  coro::Task<Pass> enter(std::string host);

  std::size_t limit(const std::string& host) const;

 private:
  struct Waiter {
    coro::Wakeup wakeup;
    bool admitted = false;
  };
  struct Host {
    double limit = 0;
    std::size_t inside = 0;
    std::uint64_t halvings = 0;
    std::deque<Waiter*> waiting;
  };
  class Place;
  static void admit(Host& host);

  Bounds bounds_;
  std::map<std::string, std::shared_ptr<Host>> hosts_;
};

// Permission to have one request in progress. Report its result; a Pass without a report (cancelled) changes nothing.
class HostGate::Pass {
 public:
  ~Pass();
  Pass(Pass&& other) noexcept = default;
  Pass& operator=(Pass&&) = delete;

  void went_well();
  void overloaded();

 private:
  friend class HostGate;
  Pass(std::shared_ptr<Host> host, double most);

  std::shared_ptr<Host> host_;
  double most_;
  std::uint64_t halvings_;
};

}  // namespace eka::net
