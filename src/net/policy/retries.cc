#include "net/policy/retries.h"

#include <utility>

#include "net/policy/http_error.h"

namespace eka::net {

void Retries::note(std::string_view what, const Error& failure, Traffic& traffic) {
  ++traffic.retries;
  const auto* http = dynamic_cast<const HttpError*>(&failure);
  if (http != nullptr && http->retry_after()) not_before_ = clock_.now() + *http->retry_after();
  if (tell_) tell_(std::string(what) + ": again after: " + failure.message());
}

coro::Task<> Retries::wait_as_asked() {
  const auto until = std::exchange(not_before_, std::nullopt);
  if (!until) co_return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock_.now());
  if (left.count() > 0) co_await clock_.sleep(left);
}

}  // namespace eka::net
