// Logins for HTTP that do not stand in the URL: ~/.netrc first, then the user's helpers (login_helper.h).
//
// Nothing is looked up before a server has answered 401, and then each source is asked once for each scope and run,
// however many remotes ask. LoginHelper::scope() decides which URLs share a login. A helper is told whether the login
// it gave was accepted.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "coro/task/single_flight.h"
#include "net/login/login_helper.h"

namespace eka::net {

class Credentials {
 public:
  // Both must outlive it.
  Credentials(coro::Pool& pool, LoginHelper& helper) : pool_(pool), helper_(helper) {}

  // What has been found for `url` in this run.
  std::optional<Login> known(const atom::Url& url) const;

  // The server has refused `used` (nothing: it was given no login). Another login to try, or nothing when there is no
  // more. Throws nothing but Cancelled: a helper that fails has no answer.
  coro::Task<std::optional<Login>> after_refusal(atom::Url url, std::optional<Login> used);
  // The server has let `used` in.
  coro::Task<> accepted(atom::Url url, std::optional<Login> used);

 private:
  enum class Source { none, netrc, helper };
  struct Scope {
    Source asked = Source::none;
    std::optional<Login> login;
    bool from_helper = false;
    bool told = false;  // the helper, how it went
  };
  coro::Task<> ask_next(Scope* scope, atom::Url url);

  coro::Pool& pool_;
  LoginHelper& helper_;
  std::map<std::string, Scope> scopes_;  // an entry stays where it is
  coro::SingleFlight<std::string, void> asking_;
};

}  // namespace eka::net
