#include "net/login/credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "net/login/netrc.h"

namespace eka::net {
namespace {

// The file named by NETRC, as for curl; otherwise ~/.netrc.
std::string netrc_file() {
  if (const char* const named = std::getenv("NETRC"); named != nullptr && *named != '\0') return named;
  const char* const home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.netrc";
}

// Blocks; call it on the pool.
std::optional<Login> look_into_netrc(const atom::Url& url) {
  std::error_code absent;
  const std::string name = netrc_file();
  if (!std::filesystem::is_regular_file(name, absent)) return std::nullopt;
  std::ifstream file(name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return login_in_netrc(text, url.host(), url.user());
}

}  // namespace

coro::Task<Credentials::Use> Credentials::begin(atom::Url url) {
  std::string name = helper_.scope(url);
  if (!url.password().empty()) name += "\n" + url.password();
  Scope& scope = scopes_[std::move(name)];
  if (!url.password().empty() && scope.asked == Source::none) {
    scope.asked = Source::url;
    scope.login.emplace();
    scope.login->user = url.user();
    scope.login->password = url.password();
  }
  while (scope.login && !scope.accepted && scope.trying) {
    const std::shared_ptr<coro::Event> trial = scope.trying;
    co_await trial->wait();
  }
  if (scope.login && !scope.accepted) scope.trying = std::make_shared<coro::Event>();
  co_return Use(*this, scope, std::move(url), scope.trying);
}

coro::Task<> Credentials::ask_next(Scope* scope, atom::Url url) {
  if (scope->login && scope->from_helper) {
    Login refused = *std::exchange(scope->login, std::nullopt);
    co_await helper_.reject(url, std::move(refused));
  }
  scope->login.reset();
  scope->accepted = false;
  if (scope->asked == Source::none) {
    const auto look = [&url] { return look_into_netrc(url); };
    scope->login = co_await coro::offload(pool_, look);
    scope->asked = Source::netrc;  // set afterwards, so that it is read again if this is cancelled
    if (scope->login) co_return;
  }
  if (scope->asked == Source::netrc) {
    scope->login = co_await helper_.fill(url);
    scope->asked = Source::helper;
    scope->from_helper = scope->login.has_value();
  }
}

Credentials::Use::Use(Credentials& parent, Scope& scope, atom::Url url, std::shared_ptr<coro::Event> trial)
    : parent_(&parent), scope_(&scope), url_(std::move(url)), login_(scope.login) {
  if (login_ && !scope.accepted) trial_ = std::move(trial);
}

Credentials::Use::Use(Use&& other) noexcept = default;

Credentials::Use::~Use() {
  if (!trial_) return;
  if (scope_->trying == trial_) scope_->trying.reset();
  trial_->set();
}

coro::Task<> Credentials::Use::accepted() {
  if (!login_ || scope_->login != login_) co_return;
  scope_->accepted = true;
  if (const auto trial = std::exchange(trial_, nullptr)) {
    if (scope_->trying == trial) scope_->trying.reset();
    trial->set();
  }
  if (!scope_->from_helper || std::exchange(scope_->told, true)) co_return;
  co_await parent_->helper_.approve(url_, *login_);
}

coro::Task<bool> Credentials::Use::refused() {
  // Unless another login has been found while this request was running.
  if (scope_->login == login_) co_await parent_->asking_.run(scope_, parent_->ask_next(scope_, url_));
  co_return scope_->login.has_value();
}

}  // namespace eka::net
