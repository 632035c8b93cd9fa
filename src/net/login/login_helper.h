// A source of logins other than URLs and ~/.netrc. Implemented by code that can run the user's helpers.
#pragma once

#include <optional>
#include <string>

#include "atom/names/url.h"
#include "coro/task/task.h"
#include "net/login/login.h"

namespace eka::net {

class LoginHelper {
 public:
  virtual ~LoginHelper() = default;

  // Identifies the URLs that may share logins: a login found for a URL is sent only to URLs of the same scope.
  virtual std::string scope(const atom::Url& url) const = 0;

  // Returns a login for `url`, for its user if it names one; nullopt if there is none or the helper fails. These
  // functions throw only Cancelled.
  virtual coro::Task<std::optional<Login>> fill(atom::Url url) = 0;
  // The server at `url` has accepted or refused a login returned by fill().
  virtual coro::Task<> approve(atom::Url url, Login login) = 0;
  virtual coro::Task<> reject(atom::Url url, Login login) = 0;
};

}  // namespace eka::net
