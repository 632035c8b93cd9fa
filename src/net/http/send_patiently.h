// Sends a request, and sends it again as long as its host is busy (host_rest.h).
#pragma once

#include <cstdint>
#include <memory>

#include "net/http/http_client.h"
#include "net/policy/traffic.h"

namespace eka::net {

// Returns the first response that is neither 429 nor 503, or the last one if there is no more time to wait. Throws as
// HttpClient::turn() and send(). Each request sent increments `counter`; those that received a busy response are
// counted as retries, with their bytes. All arguments must outlive the call.
coro::Task<std::unique_ptr<HttpResponse>> send_patiently(HttpClient& client, HttpRequest request, Traffic& traffic,
                                                         std::uint64_t Traffic::* counter);

}  // namespace eka::net
