#include "net/policy/retries.h"

#include <utility>

#include "net/policy/http_error.h"

namespace eka::net {

bool was_busy_too_long(const Error& error) {
  const auto* const http = dynamic_cast<const HttpError*>(&error);
  return http != nullptr && is_busy_status(http->status());
}

void Retries::note(std::string_view what, const Error& failure, Traffic& traffic) const {
  ++traffic.retries;
  if (tell_) tell_(std::string(what) + ": " + failure.message(), Repeat::no);
}

void Retries::note(std::string_view what, Repeat why, Traffic& traffic) const {
  traffic.count(why);
  if (tell_) tell_(std::string(what) + ": on a new connection: " + std::string(reason_of(why)), why);
}

}  // namespace eka::net
