#include "net/login/credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "net/login/netrc.h"

namespace eka::net {
namespace {

constexpr std::size_t most_refused = 3;  // logins, of an origin

// A user without a password is not a login, and the reverse neither.
bool is_complete(const std::optional<Login>& login) {
  return login && !login->user.empty() && !login->password.empty();
}

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

bool Credentials::Origin::rejects(const Login& login) const {
  return refused.contains(login) || (refused.size() >= most_refused && !accepted.contains(login));
}

coro::Task<Credentials::Use> Credentials::begin(atom::Url url, std::string header) {
  std::optional<Login> given;
  if (!header.empty()) {
    given.emplace();
    given->password = std::move(header);
  } else if (!url.password().empty()) {
    given.emplace();
    given->user = url.user();
    given->password = url.password();
  }
  std::string name = helper_.scope(url);
  if (given) name += "\n" + given->user + "\n" + given->password;
  Scope& scope = scopes_[std::move(name)];
  Origin& origin = origins_[url.origin()];
  if (given && scope.asked == Source::none) {
    scope.asked = Source::given;
    scope.login = std::move(given);
  }
  std::shared_ptr<coro::Event> trial;
  while (scope.login && !origin.accepted.contains(*scope.login)) {
    if (origin.rejects(*scope.login)) {
      co_await replace(&scope, scope.login, &url);
    } else if (const std::shared_ptr<coro::Event> other = origin.trying) {
      co_await other->wait();
    } else {
      trial = origin.trying = std::make_shared<coro::Event>();
      scope.sent = true;
      break;
    }
  }
  co_return Use(*this, scope, origin, std::move(url), std::move(trial));
}

// Finds the next login, unless another request has done so in the meantime.
coro::Task<> Credentials::replace(Scope* scope, std::optional<Login> refused, const atom::Url* url) {
  if (scope->login == refused) co_await asking_.run(scope, ask_next(scope, *url));
}

coro::Task<> Credentials::ask_next(Scope* scope, atom::Url url) {
  if (scope->login && scope->from_helper && scope->sent) {
    Login refused = *std::exchange(scope->login, std::nullopt);
    co_await helper_.reject(url, std::move(refused));
  }
  scope->login.reset();
  scope->sent = false;
  if (scope->asked == Source::none) {
    const auto look = [&url] { return look_into_netrc(url); };
    scope->login = co_await coro::offload(pool_, look);
    scope->asked = Source::netrc;  // set afterwards, so that it is read again if this is cancelled
    if (is_complete(scope->login)) co_return;
  }
  if (scope->asked == Source::netrc) {
    scope->login = co_await helper_.fill(url);
    scope->asked = Source::helper;
    scope->from_helper = scope->login.has_value();
  }
  if (!is_complete(scope->login)) scope->login.reset();
}

Credentials::Use::Use(Credentials& parent, Scope& scope, Origin& origin, atom::Url url,
                      std::shared_ptr<coro::Event> trial)
    : parent_(&parent),
      scope_(&scope),
      origin_(&origin),
      url_(std::move(url)),
      login_(scope.login),
      trial_(std::move(trial)) {}

Credentials::Use::Use(Use&& other) noexcept = default;

Credentials::Use::~Use() {
  if (trial_) end_trial();
}

void Credentials::Use::end_trial() {
  const auto trial = std::exchange(trial_, nullptr);
  if (origin_->trying == trial) origin_->trying.reset();
  trial->set();
}

coro::Task<> Credentials::Use::accepted() {
  if (!login_) co_return;
  origin_->accepted.insert(*login_);
  origin_->refused.erase(*login_);
  if (trial_) end_trial();
  if (scope_->login != login_ || !scope_->from_helper || std::exchange(scope_->told, true)) co_return;
  co_await parent_->helper_.approve(url_, *login_);
}

coro::Task<bool> Credentials::Use::refused() {
  if (login_ && !origin_->accepted.contains(*login_)) origin_->refused.insert(*login_);
  // Unless another login has been found while this request was running.
  if (scope_->login == login_) co_await parent_->replace(scope_, login_, &url_);
  co_return scope_->login.has_value();
}

}  // namespace eka::net
