#include "net/policy/host_gate.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace eka::net {

// A place in the queue of a host; the destructor leaves the queue.
class HostGate::Place {
 public:
  Place(Host& host, Waiter& waiter) : host_(host), waiter_(waiter) { host_.waiting.push_back(&waiter_); }
  ~Place() {
    if (!waiter_.admitted) std::erase(host_.waiting, &waiter_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Host& host_;
  Waiter& waiter_;
};

void HostGate::admit(Host& host) {
  while (!host.waiting.empty() && static_cast<double>(host.inside) + 1 <= host.limit) {
    Waiter* const next = host.waiting.front();
    host.waiting.pop_front();
    ++host.inside;
    next->admitted = true;
    next->wakeup.notify();
  }
}

coro::Task<HostGate::Pass> HostGate::enter(std::string name) {
  auto& entry = hosts_[std::move(name)];
  if (!entry) {
    entry = std::make_shared<Host>();
    entry->limit = bounds_.first;
  }
  const std::shared_ptr<Host> host = entry;
  Waiter waiter;
  const Place place(*host, waiter);
  admit(*host);
  if (!waiter.admitted) co_await waiter.wakeup.wait([&waiter] { waiter.wakeup.notify(); });
  if (!waiter.admitted) throw Cancelled();
  co_return Pass(host, bounds_.most);
}

std::size_t HostGate::limit(const std::string& host) const {
  const auto found = hosts_.find(host);
  return static_cast<std::size_t>(found == hosts_.end() ? bounds_.first : found->second->limit);
}

HostGate::Pass::Pass(std::shared_ptr<Host> host, double most)
    : host_(std::move(host)), most_(most), halvings_(host_->halvings) {}

HostGate::Pass::~Pass() {
  if (!host_) return;
  --host_->inside;
  admit(*host_);
}

void HostGate::Pass::went_well() {
  const double step = host_->halvings == 0 ? 1 : 1 / host_->limit;
  host_->limit = std::min(most_, host_->limit + step);
}

void HostGate::Pass::overloaded() {
  if (halvings_ != host_->halvings) return;
  ++host_->halvings;
  host_->limit = std::max(1.0, host_->limit / 2);
}

}  // namespace eka::net
