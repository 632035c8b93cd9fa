// Requests to servers that may want a login.
#pragma once

#include <cstdint>
#include <memory>

#include "atom/names/url.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"
#include "net/policy/traffic.h"

namespace eka::net {

// Sends `request` with the login for `url`, as far as one is known (credentials.h); where the server answers 401, again
// with each other login that can be found, as long as there is one. Throws HttpError(401) and sends nothing where the
// login of the URL has been refused before. What a refusal has cost is in `traffic` when it resumes; of the answer that
// it returns, all but the bytes, which go on. Each sending counts as one of `counter`.
//
// Without a `url` no login is sent: the request goes to another origin than the one that secrets are meant for. All
// must outlive the call.
coro::Task<std::unique_ptr<HttpResponse>> send_with_logins(HttpClient& client, Credentials& credentials,
                                                           const atom::Url* url, HttpRequest request, Traffic& traffic,
                                                           std::uint64_t Traffic::* counter);

}  // namespace eka::net
