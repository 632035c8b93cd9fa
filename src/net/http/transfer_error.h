// Converts libcurl's reports of failed transfers to errors with hints.
#pragma once

#include <string>

#include "net/http/curl.h"
#include "net/policy/http_error.h"

namespace eka::net {

// For a transfer that libcurl ended with an error; `detail` is the content of its error buffer. `proxy` is the proxy
// that may have been used; empty: none.
HttpError transfer_error(CURLcode code, const std::string& host, const char* detail, const std::string& proxy = {});

// For a proxy that refused to connect to `host`: `proxy_status` is the status it sent. The host itself sent none.
HttpError proxy_error(long proxy_status, const std::string& host, const std::string& proxy);

}  // namespace eka::net
