// Retries, in one place for everything that uses the network: limits and counters.
//
// What is tried again: failures that are Error::is_retryable(), which is decided where they are seen (http_error.h for
// statuses and libcurl, conversation.h and ssh.h for streams). How: coro::retry, by one of the two policies here. Waits
// are full jitter up to a bound that doubles, after the time that the server requires (Retry-After); nothing begins
// after `net.retry`. A server that is busy (429, 503) is tried until then, however often; the client holds back all
// requests to its host meanwhile (http_client.h).
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

// RetryPolicy::busy: of HTTP statuses.
std::optional<std::chrono::milliseconds> busy_wait(const Error& error);

// One request and its answer: four attempts, 200 ms the first bound, 10 s the last.
inline coro::RetryPolicy request_policy(const Timeouts& timeouts) {
  return {.deadline = timeouts.retry, .busy = busy_wait};
}
// A transfer whose bytes had begun to come, begun again with a fresh sink: three attempts.
inline coro::RetryPolicy transfer_policy(const Timeouts& timeouts) {
  return {.attempts = 3, .deadline = timeouts.retry, .busy = busy_wait};
}

// Called for each retry, for `-v`, with text that is safe to print.
using TellRetry = std::function<void(std::string_view)>;

// Of one remote or download.
class Retries {
 public:
  // `clock` must outlive it.
  Retries(coro::RetryPolicy policy, coro::Clock& clock, TellRetry tell)
      : policy_(policy), clock_(clock), tell_(std::move(tell)) {}

  const coro::RetryPolicy& policy() const { return policy_; }
  coro::Clock& clock() const { return clock_; }

  // `what` is tried again after `failure`: counted and told.
  void note(std::string_view what, const Error& failure, Traffic& traffic) const;
  // `what` is sent again at once (repeat_rule.h): counted and told.
  void note(std::string_view what, Repeat why, Traffic& traffic) const;

 private:
  coro::RetryPolicy policy_;
  coro::Clock& clock_;
  TellRetry tell_;
};

}  // namespace eka::net
