// Waits for busy hosts, once per host and not per request.
//
// A response 429 or 503 means that the host is busy. From then on the host rests: no request is sent to it for the time
// that it names (Retry-After) or, without that, for a time that doubles (0.3 s to 10 s). Then one request is sent; the
// others follow as soon as it has received any other status. All requests to the host share the wait, which ends at the
// latest `longest` (net.retry) after the first busy response: where it would take longer, requests fail at once with
// the status of that response.
//
// A value of the reactor: not thread-safe. Used by the HTTP client, and by simulations of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "coro/task/wakeup.h"
#include "net/policy/http_error.h"

namespace eka::net {

// What a request does at a resting host. A hasty one fails instead of waiting: its sender has other hosts to try.
enum class Patience { waits, hasty };

class HostRests {
 public:
  class Turn;

  // One operation: a request and its repetitions.
  struct Ticket {
    Ticket() = default;  // declared, so that this is not an aggregate: see the warning in task.h

    Patience patience = Patience::waits;
    std::optional<std::chrono::steady_clock::time_point> busy_since;  // its own first busy response
    std::chrono::milliseconds waited{};
  };

  // A wait that has begun, or has ended.
  struct Wait {
    std::string host;
    long status = 0;
    std::chrono::milliseconds length{};
    bool requested = false;  // by the host, with Retry-After
    bool ended = false;

    std::string text() const;  // "http://h: 35 s (HTTP status 429, Retry-After)"
  };
  // Called on the reactor for each wait, at its begin and at its end. Must not throw.
  using TellWait = std::function<void(const Wait&)>;

  // `clock` must outlive it.
  HostRests(coro::Clock& clock, std::chrono::milliseconds longest, TellWait tell = {})
      : clock_(clock), longest_(longest), tell_(std::move(tell)) {}

  // Resumes when a request may be sent to `host`. Throws HttpError (429 or 503, retryable) if that would be too late,
  // or, for a hasty ticket, if the host rests. `ticket` must outlive the task; a cancelled waiter leaves the queue.
  coro::Task<Turn> enter(std::string host, Ticket* ticket);

  // Whether the host has been busy since its last other response.
  bool is_resting(const std::string& host) const;
  // Whether enter() would wait, or resume, instead of throwing.
  bool may_wait(const std::string& host, const Ticket& ticket) const;

 private:
  struct Waiter {
    coro::Wakeup wakeup;
    bool cancelled = false;
    bool was_sent = false;  // its request has received a busy response
  };
  struct Host {
    std::string name;
    std::optional<std::chrono::steady_clock::time_point> since;  // the first busy response without another one since
    std::chrono::steady_clock::time_point until{};               // no request before
    int rests = 0;                                               // in a row
    long status = 0;
    bool requested = false;
    bool probed = false;    // a request is being sent to find out whether it is still busy
    bool sleeping = false;  // the first of the queue, until the end of the rest
    std::deque<Waiter*> waiting;

    void wake_all();
  };
  class Place;

  std::chrono::steady_clock::time_point limit(const Host& host, const Ticket& ticket) const;
  bool is_too_late(const Host& host, const Ticket& ticket) const;
  HttpError refusal(const Host& host) const;
  coro::Task<> sleep(std::shared_ptr<Host> host);
  coro::Task<> wait_for_change(Waiter* waiter);
  void note_busy(Host& host, long status, std::optional<std::chrono::seconds> asked);
  void note_answer(Host& host);

  coro::Clock& clock_;
  std::chrono::milliseconds longest_;
  TellWait tell_;
  std::map<std::string, std::shared_ptr<Host>> hosts_;
};

// Permission to send one request. Report its status; without a report (no response, cancelled) the next request is let
// through. Must not outlive the HostRests.
class HostRests::Turn {
 public:
  ~Turn();
  Turn(Turn&& other) noexcept = default;
  Turn& operator=(Turn&&) = delete;

  // Whether this request finds out if the host is still busy.
  bool is_probe() const { return probe_; }
  // Records the status, for the host and for `ticket`.
  void answered(long status, std::optional<std::chrono::seconds> retry_after, Ticket* ticket);

 private:
  friend class HostRests;
  Turn(HostRests& parent, std::shared_ptr<Host> host, bool probe)
      : parent_(&parent), host_(std::move(host)), probe_(probe) {}
  void end_probe();

  HostRests* parent_;
  std::shared_ptr<Host> host_;  // null after a move
  bool probe_;
};

}  // namespace eka::net
