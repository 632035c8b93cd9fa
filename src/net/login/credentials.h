// Logins for HTTP: from the URL, otherwise from ~/.netrc (or NETRC), then from the user's helpers (login_helper.h).
//
// A login in the URL is sent immediately; the others are looked up when a server has responded with 401. Each source is
// queried once for each scope and run, for any number of remotes. LoginHelper::scope() decides which URLs share a
// login. A helper is told whether its login was accepted. A user name without a password is not a login.
//
// A login that no server has accepted yet is sent by one request at a time; other requests of its scope wait for the
// result. A wrong login is thus sent once instead of by each request: servers lock out users after a few failures.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "coro/task/event.h"
#include "coro/task/single_flight.h"
#include "net/login/login_helper.h"

namespace eka::net {

class Credentials {
 public:
  class Use;

  // Both must outlive it.
  Credentials(coro::Pool& pool, LoginHelper& helper) : pool_(pool), helper_(helper) {}

  // Call before sending a request to `url`: returns the login to send with it. Waits while another request tries that
  // login. Throws only Cancelled. Must outlive the returned object.
  coro::Task<Use> begin(atom::Url url);

 private:
  enum class Source { none, url, netrc, helper };
  struct Scope {
    Source asked = Source::none;
    std::optional<Login> login;
    bool from_helper = false;
    bool accepted = false;
    bool told = false;                    // the helper has been told that it was accepted
    std::shared_ptr<coro::Event> trying;  // set when the current trial has ended
  };
  coro::Task<> ask_next(Scope* scope, atom::Url url);

  coro::Pool& pool_;
  LoginHelper& helper_;
  std::map<std::string, Scope> scopes_;  // entries have stable addresses
  coro::SingleFlight<const void*, void> asking_;
};

// The use of a login, or of none, by one request. Call accepted() or refused() after the response. The destructor lets
// the next request try the login.
class Credentials::Use {
 public:
  ~Use();
  Use(Use&& other) noexcept;
  Use& operator=(Use&&) = delete;

  const std::optional<Login>& login() const { return login_; }
  // The login of the URL has been refused: send nothing.
  bool is_spent() const { return !login_ && scope_->asked == Source::url; }

  // The server has sent a response other than 401.
  coro::Task<> accepted();
  // The server has responded with 401. True if there is another login to try: call begin() again.
  coro::Task<bool> refused();

 private:
  friend class Credentials;
  Use(Credentials& parent, Scope& scope, atom::Url url, std::shared_ptr<coro::Event> trial);

  Credentials* parent_;
  Scope* scope_;
  atom::Url url_;
  std::optional<Login> login_;
  std::shared_ptr<coro::Event> trial_;  // null: the login needs no trial
};

}  // namespace eka::net
