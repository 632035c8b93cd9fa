#include "tests/sim/simulator.h"

#include <sys/wait.h>

#include "base/error.h"
#include "coro/task/spawn.h"
#include "coro/task/wakeup.h"

namespace eka::sim {
namespace {

constexpr std::size_t lane_count = 6;
constexpr std::uint64_t most_steps = 3'000'000;

std::vector<std::unique_ptr<asio::io_context>> make_lanes() {
  std::vector<std::unique_ptr<asio::io_context>> out;
  for (std::size_t i = 0; i < lane_count; ++i) out.push_back(std::make_unique<asio::io_context>(1));
  return out;
}

bool run_one(asio::io_context& context) {
  context.restart();
  return context.poll_one() != 0;
}

}  // namespace

Simulator::Simulator(std::uint64_t seed, std::size_t events_kept)
    : random_(seed),
      lanes_(make_lanes()),
      pool_([this] { return lanes_[random_.below(lanes_.size())]->get_executor(); }),
      events_kept_(events_kept) {}

Simulator::~Simulator() = default;

std::chrono::steady_clock::time_point Simulator::now() {
  return std::chrono::steady_clock::time_point(std::chrono::hours(1000) + now_);
}

std::chrono::system_clock::time_point Simulator::date() {
  return std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000) + now_);
}

coro::Task<> Simulator::sleep(milliseconds time) {
  coro::Wakeup wakeup;
  bool cancelled = false;
  const auto place = std::pair(now_ + time, ++timers_made_);
  timers_[place] = [&wakeup] { wakeup.notify(); };
  const std::function<void()> on_cancel = [&] {
    cancelled = true;
    timers_.erase(place);
    wakeup.notify();
  };
  co_await wakeup.wait(on_cancel);
  if (cancelled) throw Cancelled();
}

void Simulator::start(coro::Task<> task, std::uint64_t cancel_at_step, std::function<void(std::exception_ptr)> ended) {
  const auto number = ++started_;
  auto& running = running_[number] = std::make_unique<Running>();
  running->cancel_at = cancel_at_step == 0 ? 0 : steps_ + cancel_at_step;
  coro::spawn(reactor(), std::move(task), running->cancel.slot(), [this, number, ended](std::exception_ptr failure) {
    // As Runtime::run does: Asio's way to say it is no other thing.
    if (failure && coro::is_cancellation(failure)) failure = std::make_exception_ptr(Cancelled());
    ended(std::move(failure));
    // Not erased here: its signal may be what is being emitted.
    asio::post(reactor_, [this, number] { running_.erase(number); });
  });
}

void Simulator::run(milliseconds limit) {
  const auto end = now_ + limit;
  while (!running_.empty()) {
    if (!violation_.empty()) throw Violation{violation_};
    if (++steps_ > most_steps) throw Violation{"the reactor is busy without end"};
    for (auto& [number, running] : running_) {
      if (running->cancel_at == 0 || running->cancel_at > steps_) continue;
      running->cancel_at = 0;
      tell("cancel process " + std::to_string(number));
      running->cancel.emit(asio::cancellation_type::terminal);
      break;
    }
    // A job of the pool may end at any moment, but need not.
    if (random_.chance(0.2) && run_pool()) continue;
    if (run_reactor() || wait_for_children()) continue;
    if (random_.chance(0.9) && run_pool()) continue;
    if (run_timer()) {
      if (now_ > end) throw Violation{"no end within " + std::to_string(limit.count() / 1000) + " s of virtual time"};
      continue;
    }
    if (run_pool()) continue;
    throw Violation{"hangs: nothing is left to do, and " + std::to_string(running_.size()) + " processes wait"};
  }
  while (run_reactor() || run_pool()) {
  }
}

bool Simulator::run_reactor() {
  return run_one(reactor_);
}

// What a real child does (git, which packs) takes no virtual time.
bool Simulator::wait_for_children() {
  siginfo_t ignored{};
  if (::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) != 0) return false;  // there are none
  reactor_.restart();
  return reactor_.run_one_for(std::chrono::seconds(10)) != 0;
}

bool Simulator::run_pool() {
  const std::size_t first = random_.below(lanes_.size());
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (run_one(*lanes_[(first + i) % lanes_.size()])) return true;
  }
  return false;
}

bool Simulator::run_timer() {
  if (timers_.empty()) return false;
  const auto first = timers_.begin();
  now_ = std::max(now_, first->first.first);
  const auto fire = std::move(first->second);
  timers_.erase(first);
  fire();
  return true;
}

void Simulator::violate(std::string what) {
  tell("violation: " + what);
  if (violation_.empty()) violation_ = std::move(what);
}

namespace {

// The names of what is on its way hold the number of the process: another in each life.
std::string without_numbers(std::string text) {
  for (const std::string_view before : {"incoming/", "eka-sim."}) {
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
      at += before.size();
      text.erase(at, text.find_first_not_of("0123456789-", at) - at);
    }
  }
  return text;
}

}  // namespace

void Simulator::tell(std::string event) {
  const std::string line = std::to_string(now_.count()) + " ms  " + without_numbers(std::move(event));
  for (const char c : line) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  events_.push_back(line);
  if (events_.size() > events_kept_) events_.pop_front();
}

}  // namespace eka::sim
