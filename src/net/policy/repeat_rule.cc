#include "net/policy/repeat_rule.h"

namespace eka::net {

Repeat repeat_of(const FailedRequest& request) {
  if (!request.used_before || request.answered || request.repeated) return Repeat::no;
  if (!request.persists) return Repeat::one_request_per_connection;
  return request.closed ? Repeat::closed_while_idle : Repeat::no;
}

std::string_view reason_of(Repeat why) {
  switch (why) {
    case Repeat::no:
      break;
    case Repeat::closed_while_idle:
      return "the server closed the idle connection";
    case Repeat::one_request_per_connection:
      return "the server accepts one request per connection";
  }
  return "the request failed";
}

}  // namespace eka::net
