// Logins for HTTP that do not stand in the URL: ~/.netrc first, then git's credential helpers.
//
// Nobody is asked before a server has answered 401, and then each source once for each scope and run, however many
// remotes ask: a scope is scheme, host and port, with the user where the URL names one, and with the path where
// credential.useHttpPath says so. Helpers are run by `git credential`, without a terminal and out of any repository;
// they are told whether what they gave was of use.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "coro/task/single_flight.h"
#include "git/config/user_config.h"
#include "git/login/netrc.h"

namespace eka::git {

class Credentials {
 public:
  // Both must outlive it.
  Credentials(coro::Pool& pool, const UserConfig& config) : pool_(pool), config_(config) {}

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
  std::string key(const atom::Url& url) const;
  coro::Task<> ask_next(Scope* scope, atom::Url url);
  coro::Task<std::optional<Login>> ask_helper(atom::Url url);

  coro::Pool& pool_;
  const UserConfig& config_;
  std::map<std::string, Scope> scopes_;  // an entry stays where it is
  coro::SingleFlight<std::string, void> asking_;
};

}  // namespace eka::git
