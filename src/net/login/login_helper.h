// The source of logins that are neither in a URL nor in ~/.netrc. Implemented with the user's credential helpers.
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

  // What decides which logins `url` may be given: a login found for a URL is sent to those of the same scope only.
  virtual std::string scope(const atom::Url& url) const = 0;

  // A login for `url`, of its user where it names one. Nothing when there is none; a helper that fails has none. Throws
  // nothing but Cancelled. So do the others.
  virtual coro::Task<std::optional<Login>> fill(atom::Url url) = 0;
  // The server at `url` has accepted, or refused, a login that fill() gave.
  virtual coro::Task<> approve(atom::Url url, Login login) = 0;
  virtual coro::Task<> reject(atom::Url url, Login login) = 0;
};

}  // namespace eka::net
