#include "net/policy/retries.h"

#include <utility>

#include "net/policy/http_error.h"

namespace eka::net {

std::optional<std::chrono::milliseconds> busy_wait(const Error& error) {
  const auto* const http = dynamic_cast<const HttpError*>(&error);
  if (http == nullptr || !is_busy_status(http->status())) return std::nullopt;
  return http->retry_after().value_or(std::chrono::seconds(0));
}

void Retries::note(std::string_view what, const Error& failure, Traffic& traffic) const {
  ++traffic.retries;
  if (tell_) tell_(std::string(what) + ": retrying: " + failure.message());
}

void Retries::note(std::string_view what, Repeat why, Traffic& traffic) const {
  traffic.count(why);
  if (tell_) tell_(std::string(what) + ": repeating the request on a new connection: " + std::string(reason_of(why)));
}

}  // namespace eka::net
