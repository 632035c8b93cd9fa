#include "git/transport/ssh_route.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.h"
#include "coro/process/process.h"
#include "coro/task/timeout.h"
#include "git/config/child_environment.h"

namespace eka::git {
namespace {

constexpr std::chrono::milliseconds longest_lookup{10'000};
constexpr std::uint16_t ssh_port = 22;

// The values of settings that are not in use.
bool is_off(std::string_view value) {
  return value == "none" || value == "no" || value == "false";
}

}  // namespace

bool is_ip_address(const std::string& host) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1 ||
         host.find('%') != std::string::npos;
}

std::optional<SshDestination> ssh_destination(std::string_view settings) {
  SshDestination out;
  while (!settings.empty()) {
    const std::string_view line = settings.substr(0, settings.find('\n'));
    settings.remove_prefix(std::min(line.size() + 1, settings.size()));
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, space);
    const std::string_view value = line.substr(space + 1);
    if (name == "hostname") {
      out.host = value;
    } else if (name == "port") {
      std::from_chars(value.data(), value.data() + value.size(), out.port);
    } else if (name == "addressfamily") {
      out.family = value == "inet" ? AF_INET : value == "inet6" ? AF_INET6 : AF_UNSPEC;
    } else if (name == "hostkeyalias") {
      out.has_key_alias = true;
    } else if (name == "proxycommand" || name == "proxyjump" || name == "controlpath" || name == "bindaddress" ||
               name == "bindinterface" || name == "canonicalizehostname") {
      if (!is_off(value)) return std::nullopt;
    }
  }
  if (out.host.empty() || out.port == 0 || is_ip_address(out.host)) return std::nullopt;
  return out;
}

std::vector<std::string> ssh_address_options(const SshDestination& destination, const std::string& address) {
  std::string escaped;  // "%" begins a token, and is part of link-local addresses
  for (const char c : address) escaped += c == '%' ? "%%" : std::string(1, c);
  std::vector<std::string> out{"-o", "HostName=" + escaped};
  if (destination.has_key_alias) return out;
  // Without an alias ssh looks up this name.
  const bool usual = destination.port == ssh_port;
  const std::string name = usual ? destination.host : "[" + destination.host + "]:" + std::to_string(destination.port);
  out.insert(out.end(), {"-o", "HostKeyAlias=" + name});
  return out;
}

coro::Task<std::vector<std::string>> SshRoutes::options(std::vector<std::string> command) {
  if (const auto found = known_.find(command); found != known_.end()) co_return found->second;
  co_await finding_.run(command, find(command));
  co_return known_[command];
}

// Failures are left to ssh, which reports them in its own words.
coro::Task<> SshRoutes::find(std::vector<std::string> words) {
  std::vector<std::string> options;
  coro::Command command;
  command.argv = words;
  command.env = child_environment();
  try {
    const coro::Exit exit = co_await coro::timeout(longest_lookup, coro::run(std::move(command)));
    const auto destination = exit.ok() ? ssh_destination(exit.output) : std::nullopt;
    if (destination) {
      const auto address = co_await better_address_(destination->host, destination->port, destination->family);
      if (address) options = ssh_address_options(*destination, *address);
    }
  } catch (const Error&) {
    // Without options.
  }
  known_[std::move(words)] = std::move(options);
}

}  // namespace eka::git
