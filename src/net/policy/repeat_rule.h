// When a failed request is repeated immediately on a new connection.
//
// A connection that has carried one request may fail the next one for a reason unrelated to that request: the server
// has closed it in the meantime, or does not keep connections open. Such a request is sent once more, on a new
// connection. All other failures are real, in particular the first on a new connection. Retries of real failures are a
// separate matter (retries.h).
#pragma once

#include <string_view>

namespace eka::net {

// Why a request is sent again.
enum class Repeat {
  no,
  closed_while_idle,          // the server closed or reset the connection before the first byte of the response
  one_request_per_connection  // the server, or its protocol, accepts one request per connection
};

struct FailedRequest {
  bool used_before = false;  // the connection had carried another request
  bool persists = true;      // connections of this kind to this server can carry several requests
  bool closed = false;       // the connection has ended; not for a timeout or an invalid response
  bool answered = false;     // a part of the response had arrived
  bool repeated = false;     // it has already been repeated
};

Repeat repeat_of(const FailedRequest& request);

// "the server closed the idle connection", for `-v`.
std::string_view reason_of(Repeat why);

}  // namespace eka::net
