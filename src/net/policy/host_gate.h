// How many requests one host is asked at once, found out by asking.
//
// The number begins with what users of other tools ask of one host (decision 0030), doubles with each full round
// of good answers, and halves when the host says it has too much (429, 503, a reset); from then on it grows by one a
// round only. One burst of failures halves it once: requests sent before the halving say nothing about the new number.
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

// The right to have one request under way. Report the outcome; a Pass destroyed without one (cancelled) has no effect.
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
