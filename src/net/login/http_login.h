// Requests to servers that may require a login.
#pragma once

#include <cstdint>
#include <memory>

#include "atom/names/url.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"
#include "net/policy/traffic.h"

namespace eka::net {

// Sends `request` with the login for `url`, if one is known (credentials.h). If the server responds with 401, sends it
// again with each other login that is found. Throws HttpError(401) without sending anything if the login of the URL has
// been refused before. When it resumes, `traffic` contains the cost of refused requests, and that of the returned
// response except for its bytes, which may still be arriving. Each request sent increments `counter`.
//
// Without a `url` no login is sent: the request goes to a different origin than the one that secrets are meant for. All
// arguments must outlive the call.
coro::Task<std::unique_ptr<HttpResponse>> send_with_logins(HttpClient& client, Credentials& credentials,
                                                           const atom::Url* url, HttpRequest request, Traffic& traffic,
                                                           std::uint64_t Traffic::* counter);

}  // namespace eka::net
