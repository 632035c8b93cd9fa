#include "engine/fetch/fetch_evidence.h"

#include <utility>

#include "engine/fetch/transfer.h"

namespace eka::engine {

coro::Task<> fetch_evidence(Context& context, git::Remote& remote, store::Evidence& evidence,
                            std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  BeginIntake begin = [&evidence] { return evidence.begin_intake(); };
  co_await transfer(context, remote, remote.url().str(), std::move(wants), std::move(options), std::move(begin));
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
  auto second = take_second_half(wants);
  co_await fetch_available(context, remote, evidence, std::move(wants), options);
  co_await fetch_available(context, remote, evidence, std::move(second), std::move(options));
}

}  // namespace eka::engine
