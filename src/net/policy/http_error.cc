#include "net/policy/http_error.h"

#include <utility>

namespace eka::net {
namespace {

std::string describe(long status) {
  switch (status) {
    case 401:
      return "authentication required";
    case 403:
      return "access denied";
    case 404:
    case 410:
      return "repository not found";
    case body_too_large:
      return "the request is larger than the server allows";
    case 429:
      return "rate limited";
    default:
      break;
  }
  if (status >= 300 && status < 400) return "unexpected redirect";
  if (status >= 500) return "server error";
  return "request rejected";
}

std::string hint_for(long status) {
  if (status == 400) return "the server may require a client certificate: set http.sslCert and http.sslKey";
  if (status == 401) {
    return "configure a git credential helper or ~/.netrc; some servers also respond like this "
           "if the repository does not exist";
  }
  if (status == 403) return "the user may not have the right to read the repository, or the token may have expired";
  if (status == 404) return "check the URL; some servers respond like this if the repository is private";
  if (status == body_too_large) return "ask the operator of the server to allow larger request bodies";
  if (status == 408 || status == 429) return "try again later; requests from other programs may count toward the limit";
  if (status >= 500) return "try again later, or contact the operator of the server";
  return {};
}

}  // namespace

bool HttpError::concerns_repository() const {
  switch (status_) {
    case 0:
      return unreachable_;
    case 401:
    case 403:
    case 404:
    case 410:
      return true;
    default:
      return is_busy_status(status_);
  }
}

bool is_transient_status(long status) {
  return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

bool is_busy_status(long status) {
  return status == 429 || status == 503;
}

HttpError status_error(long status, const std::string& host, std::optional<std::chrono::seconds> retry_after) {
  std::string hint = hint_for(status);
  if (is_busy_status(status) && retry_after) {
    hint = "the server accepts the next request in " + std::to_string(retry_after->count()) +
           " s; the configuration key net.retry limits how long eka waits";
  }
  Error error = Error(Kind::remote, host + ": " + describe(status) + " (HTTP status " + std::to_string(status) + ")")
                    .with_hint(std::move(hint));
  return HttpError(is_transient_status(status) ? std::move(error).retryable() : std::move(error), status, retry_after);
}

}  // namespace eka::net
