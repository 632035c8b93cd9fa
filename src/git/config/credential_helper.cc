#include "git/config/credential_helper.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "coro/process/process.h"
#include "coro/task/timeout.h"
#include "git/config/child_environment.h"
#include "git/config/url_pattern.h"

namespace eka::git {
namespace {

using net::Login;

// A helper may have to unlock a keyring, or to query a server.
constexpr std::chrono::milliseconds longest_answer{60'000};

bool says_yes(std::string_view text) {
  return text == "true" || text == "yes" || text == "on" || text == "1";
}

// Cannot be split into more lines: Url rejects line breaks, and logins with line breaks are not sent.
std::string request_for(const atom::Url& url, const Login& login) {
  std::string out = "protocol=" + std::string(atom::scheme_name(url.scheme())) + "\nhost=" + url.host();
  if (url.port()) out += ":" + std::to_string(*url.port());
  out += "\npath=" + url.path().substr(1) + "\n";
  if (!login.user.empty()) out += "username=" + login.user + "\n";
  if (!login.password.empty()) out += "password=" + login.password + "\n";
  return out + "\n";
}

coro::Command credential_command(const char* verb, const UserConfig& config, std::string input) {
  coro::Command command({"git", "credential", verb});
  command.env = child_environment();
  command.directory = config.directory();
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

// Whether the user has configured a program that asks for passwords.
bool asks_with_program(const UserConfig& config) {
  if (const char* const program = std::getenv("GIT_ASKPASS")) return *program != '\0';
  return !config.value("core.askpass").value_or("").empty();
}

// Reports a result to the helper, which does not respond.
coro::Task<> tell_helper(const char* verb, const UserConfig* config, atom::Url url, Login login) {
  coro::Command command = credential_command(verb, *config, request_for(url, login));
  try {
    co_await coro::timeout(longest_answer, coro::run(std::move(command)));
  } catch (const Error&) {
    // Storing logins is the responsibility of the helper.
  }
}

}  // namespace

std::string CredentialHelper::scope(const atom::Url& url) const {
  std::string out = url.user() + "@" + url.origin();
  for (const std::string& context : config_.credential_contexts(url)) out += "\n" + context;
  if (says_yes(config_.value_for("credential", "usehttppath", url).value_or(""))) {
    out += "\n" + normalised_path(url.path());
  }
  return out;
}

coro::Task<std::optional<Login>> CredentialHelper::fill(atom::Url url) {
  if (!config_.has_any("credential", "helper") && !asks_with_program(config_)) co_return std::nullopt;
  Login who;
  who.user = url.user();
  coro::Command command = credential_command("fill", config_, request_for(url, who));
  std::optional<Login> login;
  try {
    const coro::Exit exit = co_await coro::timeout(longest_answer, coro::run(std::move(command)));
    if (exit.ok()) login = read_answer(exit.output);
  } catch (const Error&) {
    // There is no login, and the server's response is reported.
  }
  co_return login;
}

coro::Task<> CredentialHelper::approve(atom::Url url, Login login) {
  return tell_helper("approve", &config_, std::move(url), std::move(login));
}

coro::Task<> CredentialHelper::reject(atom::Url url, Login login) {
  return tell_helper("reject", &config_, std::move(url), std::move(login));
}

}  // namespace eka::git
