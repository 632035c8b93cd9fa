// One thread, one virtual clock, one seed: where simulated processes run.
//
// The reactor is an io_context that nothing real ever wakes. When it has nothing to do, the seed chooses: a job of the
// pool runs, or time jumps to the next event. What happened is kept as text, so that a failure can be told, and hashed,
// so that a replay can be compared.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "tests/sim/random.h"

namespace eka::sim {

using std::chrono::milliseconds;

// An invariant does not hold. Not an eka::Error: the engine must not be able to catch it.
struct Violation {
  std::string what;
};

class Simulator final : public coro::Clock {
 public:
  Simulator(std::uint64_t seed, std::size_t events_kept);
  ~Simulator() override;

  Random& random() { return random_; }
  coro::Executor reactor() { return reactor_.get_executor(); }
  coro::Pool& pool() { return pool_; }

  // coro::Clock, of virtual time.
  std::chrono::steady_clock::time_point now() override;
  std::chrono::system_clock::time_point date() override;
  coro::Task<> sleep(milliseconds time) override;
  double uniform() override { return random_.uniform(); }

  // A task to be run by run(), and, if `cancel_at_step` is not 0, cancelled at that step of the reactor. `ended` is
  // called with what it threw.
  void start(coro::Task<> task, std::uint64_t cancel_at_step, std::function<void(std::exception_ptr)> ended);
  // Until all that was started has ended. Throws Violation when something hangs, or takes longer than `limit` of
  // virtual time.
  void run(milliseconds limit);

  void tell(std::string event);
  // For invariants that are seen to be broken in the middle of a run: ends it. (Thrown there, it might be caught.)
  void violate(std::string what);
  const std::deque<std::string>& events() const { return events_; }
  std::uint64_t digest() const { return digest_; }
  // Let the date go on while nothing runs.
  void pass(milliseconds time) { now_ += time; }

 private:
  struct Running {
    asio::cancellation_signal cancel;
    std::uint64_t cancel_at = 0;
  };
  bool run_reactor();
  bool wait_for_children();
  bool run_pool();
  bool run_timer();

  Random random_;
  asio::io_context reactor_{1};
  std::vector<std::unique_ptr<asio::io_context>> lanes_;
  coro::Pool pool_;
  milliseconds now_{0};
  std::uint64_t steps_ = 0;
  std::uint64_t timers_made_ = 0;
  std::map<std::pair<milliseconds, std::uint64_t>, std::function<void()>> timers_;
  std::map<std::uint64_t, std::unique_ptr<Running>> running_;
  std::uint64_t started_ = 0;
  std::size_t events_kept_;
  std::deque<std::string> events_;
  std::uint64_t digest_ = 0;
  std::string violation_;
};

}  // namespace eka::sim
