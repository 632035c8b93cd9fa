// The retry law (engine law 5), in one place for all that touches the network: the figures, and the bookkeeping.
//
// What is tried again: failures that are Error::is_retryable(), which is decided where they are seen (http_error.h for
// statuses and libcurl, conversation.h and ssh.h for streams). How: coro::retry, by one of the two policies here. Waits
// are full jitter up to a bound that doubles, or as long as the server asks (Retry-After); nothing begins after
// `net.retry`.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coro/task/retry.h"
#include "net/policy/patience.h"
#include "net/policy/traffic.h"

namespace eka::net {

// One request and its answer: four attempts, 200 ms the first bound, 10 s the last.
inline coro::RetryPolicy request_policy(const Patience& patience) {
  return {.deadline = patience.retry};
}
// A transfer whose bytes had begun to come, begun again with a fresh sink: three attempts.
inline coro::RetryPolicy transfer_policy(const Patience& patience) {
  return {.attempts = 3, .deadline = patience.retry};
}

// Told of each retry, for `-v`: fit for a terminal.
using TellRetry = std::function<void(std::string_view)>;

// Of one remote or download.
class Retries {
 public:
  // `clock` must outlive it.
  Retries(coro::RetryPolicy policy, coro::Clock& clock, TellRetry tell)
      : policy_(policy), clock_(clock), tell_(std::move(tell)) {}

  const coro::RetryPolicy& policy() const { return policy_; }
  coro::Clock& clock() const { return clock_; }

  // `what` is tried again after `failure`: counted, told, and not before the time that the server asks for.
  void note(std::string_view what, const Error& failure, Traffic& traffic);
  // To be awaited when an attempt begins.
  coro::Task<> wait_as_asked();

 private:
  coro::RetryPolicy policy_;
  coro::Clock& clock_;
  TellRetry tell_;
  std::optional<std::chrono::steady_clock::time_point> not_before_;
};

}  // namespace eka::net
