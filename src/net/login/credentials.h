// Logins for HTTP: that of the URL, else ~/.netrc, then the user's helpers (login_helper.h).
//
// A login that the URL holds is sent at once; the others are looked up when a server has answered 401, each source once
// for each scope and run, however many remotes ask. LoginHelper::scope() decides which URLs share a login. A helper is
// told whether the login it gave was accepted. A user name without a password is no login.
//
// A login that no server has accepted yet is sent by one request at a time; the others of its scope wait for the
// outcome. So a wrong login is sent once instead of once by each request: servers lock out users after a few failures.
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

  // Before a request to `url` is sent: the login to send with it. Waits while another request tries that login. Throws
  // nothing but Cancelled. Must outlive what it returns.
  coro::Task<Use> begin(atom::Url url);

 private:
  enum class Source { none, url, netrc, helper };
  struct Scope {
    Source asked = Source::none;
    std::optional<Login> login;
    bool from_helper = false;
    bool accepted = false;
    bool told = false;                    // the helper, that it was accepted
    std::shared_ptr<coro::Event> trying;  // set when the trial under way has ended
  };
  coro::Task<> ask_next(Scope* scope, atom::Url url);

  coro::Pool& pool_;
  LoginHelper& helper_;
  std::map<std::string, Scope> scopes_;  // an entry stays where it is
  coro::SingleFlight<const void*, void> asking_;
};

// The use of a login, or of none, by one request. Call accepted() or refused() after the answer. Its destruction lets
// the next request try the login.
class Credentials::Use {
 public:
  ~Use();
  Use(Use&& other) noexcept;
  Use& operator=(Use&&) = delete;

  const std::optional<Login>& login() const { return login_; }
  // The login of the URL has been refused: nothing is to be sent.
  bool is_spent() const { return !login_ && scope_->asked == Source::url; }

  // The server has answered something else than 401.
  coro::Task<> accepted();
  // The server has answered 401. True when there is another login to try: begin() again.
  coro::Task<bool> refused();

 private:
  friend class Credentials;
  Use(Credentials& parent, Scope& scope, atom::Url url, std::shared_ptr<coro::Event> trial);

  Credentials* parent_;
  Scope* scope_;
  atom::Url url_;
  std::optional<Login> login_;
  std::shared_ptr<coro::Event> trial_;  // nothing: the login needs none
};

}  // namespace eka::net
