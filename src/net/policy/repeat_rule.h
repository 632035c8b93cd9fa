// When a request that failed is sent again at once, on a new connection.
//
// A connection that has carried one request may fail the next one for a reason that says nothing about that request:
// the server has closed it meanwhile, or keeps none open. Such a request is sent once more, on a new connection. Every
// other failure is a real one, above all the first on a new connection. Whether real failures are tried again later,
// and how often, is another question (retries.h).
#pragma once

#include <string_view>

namespace eka::net {

// Why a request is sent again.
enum class Repeat {
  no,
  closed_while_idle,          // the server has closed the connection, or reset it, before a byte of the answer
  one_request_per_connection  // the server, or its protocol, serves one request for each connection
};

struct FailedRequest {
  bool used_before = false;  // its connection had carried another request
  bool persists = true;      // connections of this kind, to this server, carry one request after another
  bool closed = false;       // the connection has ended; not: a timeout, or an answer that makes no sense
  bool answered = false;     // a part of the answer had come
  bool repeated = false;     // it had been sent again already
};

Repeat repeat_of(const FailedRequest& request);

// "the server closed the idle connection", for `-v`.
std::string_view reason_of(Repeat why);

}  // namespace eka::net
