#include "engine/fetch/fetch_evidence.h"

#include <functional>
#include <utility>

#include "net/policy/retries.h"

namespace eka::engine {

coro::Task<> fetch_evidence(Context& context, git::Remote& remote, store::Evidence& evidence,
                            std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  struct Attempt {
    store::Evidence& evidence;
    git::Remote& remote;
    const std::vector<atom::ObjectId>& wants;
    git::FetchOptions& options;

    coro::Task<> operator()() const {
      const auto intake = co_await evidence.begin_intake();
      co_await remote.fetch(wants, *intake, options);
      co_await intake->accept(wants);
    }
  };
  const Attempt attempt{evidence, remote, wants, options};
  auto policy = net::transfer_policy(context.settings.timeouts);
  if (options.hasty) policy.attempts = 1;
  const std::function<void(const Error&)> told = [&](const Error& e) {
    options.again = true;
    context.observer.retrying(remote.url().str() + ": " + e.message());
  };
  co_await coro::retry(policy, context.clock, attempt, told);
}

coro::Task<> fetch_available(Context& context, git::Remote& remote, store::Evidence& evidence,
                             std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  if (wants.empty()) co_return;
  bool refused = false;
  try {
    co_await fetch_evidence(context, remote, evidence, wants, options);
  } catch (const git::ObjectsRefused&) {
    refused = true;
  }
  if (!refused || wants.size() == 1) co_return;
  const auto middle = wants.begin() + static_cast<std::ptrdiff_t>(wants.size() / 2);
  std::vector<atom::ObjectId> second(middle, wants.end());
  wants.erase(middle, wants.end());
  co_await fetch_available(context, remote, evidence, std::move(wants), options);
  co_await fetch_available(context, remote, evidence, std::move(second), std::move(options));
}

}  // namespace eka::engine
