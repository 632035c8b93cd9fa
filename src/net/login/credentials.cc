#include "net/login/credentials.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "net/login/netrc.h"

namespace eka::net {
namespace {

// Blocks: for the pool.
std::optional<Login> look_into_netrc(const atom::Url& url) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr) return std::nullopt;
  std::ifstream file(std::string(home) + "/.netrc", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return login_in_netrc(text, url.host(), url.user());
}

}  // namespace

std::optional<Login> Credentials::known(const atom::Url& url) const {
  const auto found = scopes_.find(helper_.scope(url));
  return found == scopes_.end() ? std::nullopt : found->second.login;
}

coro::Task<std::optional<Login>> Credentials::after_refusal(atom::Url url, std::optional<Login> used) {
  const std::string name = helper_.scope(url);
  Scope& scope = scopes_[name];
  if (scope.login && scope.login != used) co_return scope.login;  // found while this request was under way
  co_await asking_.run(name, ask_next(&scope, url));
  co_return scope.login;
}

coro::Task<> Credentials::ask_next(Scope* scope, atom::Url url) {
  if (scope->login && scope->from_helper) {
    Login refused = *std::exchange(scope->login, std::nullopt);
    co_await helper_.reject(url, std::move(refused));
  }
  scope->login.reset();
  if (scope->asked == Source::none) {
    const auto look = [&url] { return look_into_netrc(url); };
    scope->login = co_await coro::offload(pool_, look);
    scope->asked = Source::netrc;  // not before: if it is cancelled, it is asked again
    if (scope->login) co_return;
  }
  if (scope->asked == Source::netrc) {
    scope->login = co_await helper_.fill(url);
    scope->asked = Source::helper;
    scope->from_helper = scope->login.has_value();
  }
}

coro::Task<> Credentials::accepted(atom::Url url, std::optional<Login> used) {
  const auto found = scopes_.find(helper_.scope(url));
  if (found == scopes_.end() || found->second.login != used) co_return;
  Scope& scope = found->second;
  if (!scope.from_helper || std::exchange(scope.told, true)) co_return;
  co_await helper_.approve(std::move(url), *std::move(used));
}

}  // namespace eka::net
