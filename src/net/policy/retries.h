// Retries of network operations: policies and counters for all of eka.
//
// Failures with Error::is_retryable() are retried; they are classified where they occur (http_error.h for statuses and
// libcurl, conversation.h and ssh.h for streams). coro::retry does it, with one of the two policies below. Delays have
// full jitter up to a bound that doubles; no attempt starts after `net.retry`. Busy servers (429, 503) are not subject
// to these policies: all requests to such a host wait for it together (host_rest.h), and its status is reported only
// when there is no more time to wait.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coro/task/retry.h"
#include "net/policy/timeouts.h"
#include "net/policy/traffic.h"

namespace eka::net {

// RetryPolicy::is_final: the host was busy for as long as requests may wait.
bool was_busy_too_long(const Error& error);

// For one request and its response: four attempts; the first delay is at most 200 ms, the longest 10 s.
inline coro::RetryPolicy request_policy(const Timeouts& timeouts) {
  return {.deadline = timeouts.retry, .is_final = was_busy_too_long};
}
// For transfers that are restarted with a new sink after bytes had arrived: three attempts.
inline coro::RetryPolicy transfer_policy(const Timeouts& timeouts) {
  return {.attempts = 3, .deadline = timeouts.retry, .is_final = was_busy_too_long};
}

// Called with "<what>: <reason>" for each retry after a failure (Repeat::no) and for each request that is repeated
// immediately, which is nothing to worry about. The text is safe for a terminal.
using TellRetry = std::function<void(std::string_view text, Repeat why)>;

// The retries of one remote or download.
class Retries {
 public:
  // `clock` must outlive it.
  Retries(coro::RetryPolicy policy, coro::Clock& clock, TellRetry tell)
      : policy_(policy), clock_(clock), tell_(std::move(tell)) {}

  const coro::RetryPolicy& policy() const { return policy_; }
  coro::Clock& clock() const { return clock_; }

  // Counts and reports that `what` is retried after `failure`.
  void note(std::string_view what, const Error& failure, Traffic& traffic) const;
  // Counts and reports that `what` is repeated immediately (repeat_rule.h).
  void note(std::string_view what, Repeat why, Traffic& traffic) const;

 private:
  coro::RetryPolicy policy_;
  coro::Clock& clock_;
  TellRetry tell_;
};

}  // namespace eka::net
