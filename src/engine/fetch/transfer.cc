#include "engine/fetch/transfer.h"

#include <cstddef>

#include "net/policy/retries.h"

namespace eka::engine {

coro::Task<> transfer(Context& context, git::Remote& remote, std::string name, std::vector<atom::ObjectId> wants,
                      git::FetchOptions options, BeginIntake begin) {
  struct Attempt {
    git::Remote& remote;
    const std::vector<atom::ObjectId>& wants;
    git::FetchOptions& options;
    const BeginIntake& begin;

    coro::Task<> operator()() const {
      const auto intake = co_await begin();
      co_await remote.fetch(wants, *intake, options);
      co_await intake->accept(wants);
    }
  };
  const Attempt attempt{remote, wants, options, begin};
  auto policy = net::transfer_policy(context.settings.timeouts);
  if (options.hasty) policy.attempts = 1;
  const std::function<void(const Error&)> told = [&](const Error& e) {
    options.again = true;
    context.observer.retrying(name + ": " + e.message());
  };
  co_await coro::retry(policy, context.clock, attempt, told);
}

std::vector<atom::ObjectId> take_second_half(std::vector<atom::ObjectId>& wants) {
  const auto middle = wants.begin() + static_cast<std::ptrdiff_t>(wants.size() / 2);
  std::vector<atom::ObjectId> second(middle, wants.end());
  wants.erase(middle, wants.end());
  return second;
}

}  // namespace eka::engine
