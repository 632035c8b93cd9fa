// Failures of HTTP exchanges, as errors with hints.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"

namespace eka::net {

// A failure of the exchange itself: no connection, an interrupted transfer, or a status other than success.
class HttpError : public Error {
 public:
  HttpError(Error error, long status, std::optional<std::chrono::seconds> retry_after = {}, bool unreachable = false)
      : Error(std::move(error)), status_(status), retry_after_(retry_after), unreachable_(unreachable) {}

  // 0: there was no response, or the transfer was interrupted after the status.
  long status() const { return status_; }
  // How long the server asks the client to wait.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  // There was no connection to the host.
  bool is_unreachable() const { return unreachable_; }
  // Whether any other request to the same repository would fail in the same way: it says nothing about what was
  // requested.
  bool concerns_repository() const;

 private:
  long status_;
  std::optional<std::chrono::seconds> retry_after_;
  bool unreachable_;
};

// 413: the body of the request exceeds a limit of the server.
inline constexpr long body_too_large = 413;

// Whether a request that received this status may succeed later.
bool is_transient_status(long status);

// 429 and 503: the client must wait.
bool is_busy_status(long status);

// For any status but 200. `host` is the host that responded.
HttpError status_error(long status, const std::string& host, std::optional<std::chrono::seconds> retry_after);

}  // namespace eka::net
