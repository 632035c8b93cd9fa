#include "net/policy/host_rest.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace eka::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_rest{300};  // without Retry-After
constexpr int doublings = 5;
constexpr milliseconds longest_jitter{500};

}  // namespace

// A place in the queue of a host; the destructor leaves the queue. Requests that have received a busy response come
// before those that were never sent.
class HostRests::Place {
 public:
  Place(Host& host, Waiter& waiter) : host_(host), waiter_(waiter) {
    auto& queue = host_.waiting;
    auto place = queue.end();
    if (waiter_.was_sent) place = std::find_if(queue.begin() + (host_.sleeping ? 1 : 0), place, &Place::was_not_sent);
    queue.insert(place, &waiter_);
  }
  ~Place() {
    auto& queue = host_.waiting;
    const bool was_first = queue.front() == &waiter_;
    std::erase(queue, &waiter_);
    if (was_first && !queue.empty()) queue.front()->wakeup.notify();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  static bool was_not_sent(const Waiter* each) { return !each->was_sent; }

  Host& host_;
  Waiter& waiter_;
};

void HostRests::Host::wake_all() {
  for (Waiter* const each : waiting) each->wakeup.notify();
}

std::string HostRests::Wait::text() const {
  const double seconds = static_cast<double>(length.count()) / 1000;
  return fmt::format("{}: {:.{}f} s (HTTP status {}{})", host, seconds, length.count() % 1000 == 0 ? 0 : 1, status,
                     requested ? ", Retry-After" : "");
}

bool HostRests::is_resting(const std::string& host) const {
  const auto found = hosts_.find(host);
  return found != hosts_.end() && found->second->since.has_value();
}

std::chrono::steady_clock::time_point HostRests::limit(const Host& host, const Ticket& ticket) const {
  return std::min(*host.since, ticket.busy_since.value_or(*host.since)) + longest_;
}

bool HostRests::is_too_late(const Host& host, const Ticket& ticket) const {
  return std::max(host.until, clock_.now()) > limit(host, ticket);
}

bool HostRests::may_wait(const std::string& host, const Ticket& ticket) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || !found->second->since) return true;
  return ticket.patience == Patience::waits && !is_too_late(*found->second, ticket);
}

HttpError HostRests::refusal(const Host& host) const {
  std::optional<std::chrono::seconds> left;
  if (host.requested && host.until > clock_.now()) {
    left = std::chrono::ceil<std::chrono::seconds>(host.until - clock_.now());
  }
  return status_error(host.status, host.name, left);
}

coro::Task<HostRests::Turn> HostRests::enter(std::string name, Ticket* ticket) {
  auto& entry = hosts_[name];
  if (!entry) {
    entry = std::make_shared<Host>();
    entry->name = std::move(name);
  }
  const std::shared_ptr<Host> host = entry;
  if (!host->since) co_return Turn(*this, host, false);
  const auto began = clock_.now();
  Waiter waiter;
  waiter.was_sent = ticket->busy_since.has_value();
  const Place place(*host, waiter);
  while (host->since) {
    const bool rests = clock_.now() < host->until;
    const bool first = host->waiting.front() == &waiter;
    // A host that has been busy for too long receives a request now and then, but nobody waits for it.
    const bool may_wait = ticket->patience == Patience::waits && !is_too_late(*host, *ticket);
    if (!may_wait && (rests || !first || host->probed)) throw refusal(*host);
    if (first && rests) {
      co_await sleep(host);
    } else if (first && !host->probed) {
      host->probed = true;
      ticket->waited += std::chrono::ceil<milliseconds>(clock_.now() - began);
      co_return Turn(*this, host, true);
    } else {
      co_await wait_for_change(&waiter);
    }
  }
  ticket->waited += std::chrono::ceil<milliseconds>(clock_.now() - began);
  co_return Turn(*this, host, false);
}

coro::Task<> HostRests::wait_for_change(Waiter* waiter) {
  co_await waiter->wakeup.wait([waiter] {
    waiter->cancelled = true;
    waiter->wakeup.notify();
  });
  if (waiter->cancelled) throw Cancelled();
}

// Only the first of the queue sleeps, so that a wait is reported once.
coro::Task<> HostRests::sleep(std::shared_ptr<Host> host) {
  // Also if it is cancelled: the next one reports its own wait.
  class Reported {
   public:
    Reported(HostRests& rests, Host& which, milliseconds length) : rests_(rests), host_(which) {
      wait_.host = host_.name;
      wait_.status = host_.status;
      wait_.length = length;
      wait_.requested = host_.requested;
      tell(true);
    }
    ~Reported() { tell(false); }
    Reported(const Reported&) = delete;
    Reported& operator=(const Reported&) = delete;

   private:
    void tell(bool begins) {
      host_.sleeping = begins;
      wait_.ended = !begins;
      if (rests_.tell_) rests_.tell_(wait_);
    }
    HostRests& rests_;
    Host& host_;
    Wait wait_;
  };
  const auto left = std::chrono::ceil<milliseconds>(host->until - clock_.now());
  const Reported reported(*this, *host, left);
  co_await clock_.sleep(left);
}

void HostRests::note_busy(Host& host, long status, std::optional<std::chrono::seconds> asked) {
  const auto now = clock_.now();
  if (!host.since) {
    host.since = now;
    host.rests = 0;
  }
  // Responses that arrive during a rest do not lengthen the next one.
  if (host.until <= now) ++host.rests;
  milliseconds wait = first_rest * (1 << std::min(host.rests - 1, doublings));
  if (asked) wait = *asked;
  // Clients that were refused together should not return together; but this must not exceed the limit.
  const auto jitter = std::chrono::duration_cast<milliseconds>(std::min(wait / 2, longest_jitter) * clock_.uniform());
  const auto earliest = now + wait;
  const auto until = std::min(earliest + jitter, std::max(earliest, *host.since + longest_));
  if (until > host.until) {
    host.until = until;
    host.status = status;
    host.requested = asked.has_value();
    host.wake_all();  // those for whom it is too late now
  }
}

// Responses to requests that were sent before the rest do not end it.
void HostRests::note_answer(Host& host) {
  if (!host.since || host.until > clock_.now()) return;
  host.since.reset();
  host.wake_all();
}

HostRests::Turn::~Turn() {
  if (host_ && probe_) end_probe();
}

void HostRests::Turn::end_probe() {
  probe_ = false;
  host_->probed = false;
  host_->wake_all();
}

void HostRests::Turn::answered(long status, std::optional<std::chrono::seconds> retry_after, Ticket* ticket) {
  if (is_busy_status(status)) {
    parent_->note_busy(*host_, status, retry_after);
    if (!ticket->busy_since) ticket->busy_since = parent_->clock_.now();
  } else if (status < 500) {
    parent_->note_answer(*host_);
  }
  if (probe_) end_probe();
}

}  // namespace eka::net
