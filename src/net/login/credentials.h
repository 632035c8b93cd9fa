// Logins for HTTP: from the URL, otherwise from ~/.netrc (or NETRC), then from the user's helpers (login_helper.h).
//
// A login in the URL is sent immediately; the others are looked up when a server has responded with 401. Each source is
// queried once for each scope and run, for any number of remotes. LoginHelper::scope() decides which URLs share a
// login. A helper is told whether its login was accepted. A user name without a password is not a login. A configured
// header "Authorization" (http.extraHeader) is one, instead of all others.
//
// Servers lock out users after a few failures, so a wrong login is sent once to an origin instead of by each request: a
// login that the origin has not accepted yet is sent by one request at a time, for which the others wait; one that it
// has refused is not sent to it again, whatever scope and source it is from; and after three refused logins no more are
// tried.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
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

  // Call before sending a request to `url`: returns the login to send with it. Waits while another request tries a
  // login at that origin. `header`: the configured header "Authorization"; empty if there is none. Throws only
  // Cancelled. Must outlive the returned object.
  coro::Task<Use> begin(atom::Url url, std::string header = {});

 private:
  enum class Source { none, given, netrc, helper };  // given: by the URL or a header
  struct Origin {
    std::set<Login> accepted, refused;
    std::shared_ptr<coro::Event> trying;  // set when the current trial has ended

    bool rejects(const Login& login) const;
  };
  struct Scope {
    Source asked = Source::none;
    std::optional<Login> login;
    bool from_helper = false;
    bool sent = false;  // the login, in this scope
    bool told = false;  // the helper has been told that it was accepted
  };
  coro::Task<> ask_next(Scope* scope, atom::Url url);
  coro::Task<> replace(Scope* scope, std::optional<Login> refused, const atom::Url* url);

  coro::Pool& pool_;
  LoginHelper& helper_;
  std::map<std::string, Scope> scopes_;  // entries have stable addresses
  std::map<std::string, Origin> origins_;
  coro::SingleFlight<const void*, void> asking_;
};

// The use of a login, or of none, by one request. Call accepted() or refused() after the response. The destructor lets
// the next request try the login.
class Credentials::Use {
 public:
  ~Use();
  Use(Use&& other) noexcept;
  Use& operator=(Use&&) = delete;

  // Null also for a login in a header, which the request contains already.
  const Login* login() const { return login_ && !login_->user.empty() ? &*login_ : nullptr; }
  // The login of the URL or of the header has been refused: send nothing.
  bool is_spent() const { return !login_ && scope_->asked == Source::given; }

  // The server has sent a response that it does not send to a wrong login.
  coro::Task<> accepted();
  // The server has responded with 401. True if there is another login to try: call begin() again.
  coro::Task<bool> refused();

 private:
  friend class Credentials;
  Use(Credentials& parent, Scope& scope, Origin& origin, atom::Url url, std::shared_ptr<coro::Event> trial);
  void end_trial();

  Credentials* parent_;
  Scope* scope_;
  Origin* origin_;
  atom::Url url_;
  std::optional<Login> login_;
  std::shared_ptr<coro::Event> trial_;  // null: the login needs no trial
};

}  // namespace eka::net
