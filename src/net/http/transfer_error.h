// What libcurl reports of a failed transfer, as errors for people.
#pragma once

#include <string>

#include "net/http/curl.h"
#include "net/policy/http_error.h"

namespace eka::net {

// For a transfer that libcurl gave up; `detail` is what it says in its error buffer. `proxy` is by which it may have
// gone; empty: none.
HttpError transfer_error(CURLcode code, const std::string& host, const char* detail, const std::string& proxy = {});

// For a proxy that does not let us through to `host`: `proxy_status` is its answer. That of the host there is none.
HttpError proxy_error(long proxy_status, const std::string& host, const std::string& proxy);

}  // namespace eka::net
