#include "git/login/credentials.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "coro/process/process.h"
#include "coro/task/timeout.h"
#include "git/config/child_environment.h"

namespace eka::git {
namespace {

// A helper may have to unlock a keyring, or to ask a server of its own.
constexpr std::chrono::milliseconds longest_answer{60'000};

// Blocks: for the pool.
std::optional<Login> look_into_netrc(const atom::Url& url) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr) return std::nullopt;
  std::ifstream file(std::string(home) + "/.netrc", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return login_in_netrc(text, url.host(), url.user());
}

// Url holds no line breaks, and a login that does is not sent.
std::string request_for(const atom::Url& url, const Login& login) {
  std::string out = "protocol=" + std::string(atom::scheme_name(url.scheme())) + "\nhost=" + url.host();
  if (url.port()) out += ":" + std::to_string(*url.port());
  out += "\npath=" + url.path().substr(1) + "\n";
  if (!login.user.empty()) out += "username=" + login.user + "\n";
  if (!login.password.empty()) out += "password=" + login.password + "\n";
  return out + "\n";
}

coro::Command credential_command(const char* verb, std::string input) {
  coro::Command command({"git", "credential", verb});
  command.env = child_environment();
  command.directory = "/";
  command.input = std::move(input);
  command.output_limit = 64 << 10;
  return command;
}

std::optional<Login> read_answer(const std::string& output) {
  Login login;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string_view line = std::string_view(output).substr(at, end - at);
    if (line.starts_with("username=")) login.user = line.substr(9);
    if (line.starts_with("password=")) login.password = line.substr(9);
    at = end + 1;
  }
  return login.password.empty() ? std::nullopt : std::optional(std::move(login));
}

// What a helper is told needs no answer.
coro::Task<> tell_helper(const char* verb, atom::Url url, Login login) {
  coro::Command command = credential_command(verb, request_for(url, login));
  try {
    co_await coro::timeout(longest_answer, coro::run(std::move(command)));
  } catch (const Error&) {
    // It is the helper's affair to keep what it is given.
  }
}

}  // namespace

std::string Credentials::key(const atom::Url& url) const {
  std::string out = url.user() + "@" + url.origin();
  if (config_.value_for("credential", "usehttppath", url) == "true") out += url.path();
  return out;
}

std::optional<Login> Credentials::known(const atom::Url& url) const {
  const auto found = scopes_.find(key(url));
  return found == scopes_.end() ? std::nullopt : found->second.login;
}

coro::Task<std::optional<Login>> Credentials::after_refusal(atom::Url url, std::optional<Login> used) {
  const std::string name = key(url);
  Scope& scope = scopes_[name];
  if (scope.login && scope.login != used) co_return scope.login;  // found while this request was under way
  co_await asking_.run(name, ask_next(&scope, url));
  co_return scope.login;
}

coro::Task<> Credentials::ask_next(Scope* scope, atom::Url url) {
  if (scope->login && scope->from_helper) {
    Login refused = *std::exchange(scope->login, std::nullopt);
    co_await tell_helper("reject", url, std::move(refused));
  }
  scope->login.reset();
  if (scope->asked == Source::none) {
    scope->asked = Source::netrc;
    const auto look = [&url] { return look_into_netrc(url); };
    scope->login = co_await coro::offload(pool_, look);
    if (scope->login) co_return;
  }
  if (scope->asked == Source::netrc) {
    scope->asked = Source::helper;
    scope->login = co_await ask_helper(url);
    scope->from_helper = scope->login.has_value();
  }
}

coro::Task<std::optional<Login>> Credentials::ask_helper(atom::Url url) {
  if (!config_.has_any("credential", "helper")) co_return std::nullopt;
  Login who;
  who.user = url.user();
  coro::Command command = credential_command("fill", request_for(url, who));
  std::optional<Login> login;
  try {
    const coro::Exit exit = co_await coro::timeout(longest_answer, coro::run(std::move(command)));
    if (exit.ok()) login = read_answer(exit.output);
  } catch (const Error&) {
    // Then there is none, and the server's own refusal is what is told.
  }
  co_return login;
}

coro::Task<> Credentials::accepted(atom::Url url, std::optional<Login> used) {
  const auto found = scopes_.find(key(url));
  if (found == scopes_.end() || found->second.login != used) co_return;
  Scope& scope = found->second;
  if (!scope.from_helper || std::exchange(scope.told, true)) co_return;
  co_await tell_helper("approve", std::move(url), *std::move(used));
}

}  // namespace eka::git
