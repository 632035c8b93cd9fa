// What an HTTP exchange can come to, as errors for people.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "git/http/curl.h"

namespace eka::git {

// A failure of the exchange itself: no connection, a broken transfer, or a status that is no success.
class HttpError : public Error {
 public:
  HttpError(Error error, long status, std::optional<std::chrono::seconds> retry_after = {})
      : Error(std::move(error)), status_(status), retry_after_(retry_after) {}

  // 0: the server did not come to give one, or the transfer broke after it.
  long status() const { return status_; }
  // For how long the server asks to be left alone.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  long status_;
  std::optional<std::chrono::seconds> retry_after_;
};

// For any status but 200. `host` is who answered.
HttpError status_error(long status, const std::string& host, std::optional<std::chrono::seconds> retry_after);

// For a transfer that libcurl gave up; `detail` is what it says in its error buffer. `proxy` is by which it may have
// gone; empty: none.
HttpError transfer_error(CURLcode code, const std::string& host, const char* detail, const std::string& proxy = {});

// For a proxy that does not let us through to `host`: `proxy_status` is its answer. That of the host there is none.
HttpError proxy_error(long proxy_status, const std::string& host, const std::string& proxy);

}  // namespace eka::git
