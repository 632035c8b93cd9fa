#include "net/policy/http_error.h"

#include <utility>

namespace eka::net {
namespace {

std::string describe(long status) {
  switch (status) {
    case 401:
      return "wants a user name and a password";
    case 403:
      return "denies access";
    case 404:
    case 410:
      return "knows no such repository: repository not found";
    case 429:
      return "has had too many requests of us";
    default:
      break;
  }
  if (status >= 300 && status < 400) return "redirects a request that cannot be redirected";
  if (status >= 500) return "has trouble of its own";
  return "refuses the request";
}

std::string hint_for(long status) {
  if (status == 400) return "A server that wants a client certificate may answer so: http.sslCert and http.sslKey.";
  if (status == 401) {
    return "Have a credential helper of git know them (git credential approve), or ~/.netrc. Some servers answer so "
           "for a repository that does not exist.";
  }
  if (status == 403) return "This user may lack the right to read the repository, or the token has expired.";
  if (status == 404) return "Check the URL. Some servers answer so for a repository that is private.";
  if (status == 408 || status == 429) return "Try again later; other programs may be using up what it allows, too.";
  if (status >= 500) return "The trouble is on the server's side: try again later, or ask whoever runs it.";
  return {};
}

}  // namespace

bool is_transient_status(long status) {
  return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

bool is_busy_status(long status) {
  return status == 429 || status == 503;
}

HttpError status_error(long status, const std::string& host, std::optional<std::chrono::seconds> retry_after) {
  Error error(Kind::remote, host + " " + describe(status) + " (HTTP status " + std::to_string(status) + ")");
  if (std::string hint = hint_for(status); !hint.empty()) std::move(error).with_hint(std::move(hint));
  if (is_transient_status(status)) std::move(error).retryable();
  if (is_busy_status(status) && retry_after) {
    std::move(error).with_hint("The server asks to wait for " + std::to_string(retry_after->count()) +
                               " s (Retry-After). net.retry says how long it is waited for.");
  }
  return HttpError(std::move(error), status, retry_after);
}

}  // namespace eka::net
