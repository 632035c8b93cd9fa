// The user's credential helpers, and the program for passwords if one is configured (GIT_ASKPASS, core.askPass), run as
// git runs them (gitcredentials(7)): by `git credential`, without a terminal, where the configuration applies.
//
// A scope consists of scheme, host, port and user, and the credential.<url> contexts that apply: a login from a helper
// of "credential.https://h/team.helper" is not sent to https://h/other. With credential.useHttpPath a scope is a single
// path.
#pragma once

#include "git/config/user_config.h"
#include "net/login/login_helper.h"

namespace eka::git {

class CredentialHelper final : public net::LoginHelper {
 public:
  // `config` must outlive it.
  explicit CredentialHelper(const UserConfig& config) : config_(config) {}

  std::string scope(const atom::Url& url) const override;
  coro::Task<std::optional<net::Login>> fill(atom::Url url) override;
  coro::Task<> approve(atom::Url url, net::Login login) override;
  coro::Task<> reject(atom::Url url, net::Login login) override;

 private:
  const UserConfig& config_;
};

}  // namespace eka::git
