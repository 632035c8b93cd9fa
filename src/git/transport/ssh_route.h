// Which address ssh connects to, for hosts that have several.
//
// ssh tries the addresses of a host one after the other, and waits minutes for one that does not respond. So they are
// tried here first, as for other transports (RFC 8305, tcp.h), once per destination. If the first address responds, ssh
// is called as the user would; otherwise with `-o HostName=<the address that responds>`. The host key is still looked
// up under the name of the host (HostKeyAlias), and the sections of the user's configuration still apply.
//
// Nothing is tried where ssh would not connect to an address of the host itself, or where its address is part of other
// settings: ProxyCommand, ProxyJump, ControlPath, BindAddress, BindInterface, CanonicalizeHostname; and for programs
// that do not understand `ssh -G`, which prints these.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task/single_flight.h"
#include "coro/task/task.h"

namespace eka::git {

// The settings of `ssh -G` that matter here.
struct SshDestination {
  SshDestination() = default;  // declared, so that this is not an aggregate: see the warning in coro/task/task.h

  std::string host;  // a name
  std::uint16_t port = 22;
  int family = 0;              // AF_UNSPEC, AF_INET or AF_INET6
  bool has_key_alias = false;  // HostKeyAlias is configured
};

// Whether `host`, without brackets, is an IP address instead of a name.
bool is_ip_address(const std::string& host);

// Parses its output; nullopt if ssh does not connect to the host itself, or if the host is an address.
std::optional<SshDestination> ssh_destination(std::string_view settings);

// The options for ssh if it has to use `address`.
std::vector<std::string> ssh_address_options(const SshDestination& destination, const std::string& address);

class SshRoutes {
 public:
  // As coro::better_address().
  using BetterAddress = std::function<coro::Task<std::optional<std::string>>(std::string, std::uint16_t, int)>;

  explicit SshRoutes(BetterAddress better_address) : better_address_(std::move(better_address)) {}

  // The options for a call with `command`: ssh with its options and the destination, without a remote command. Throws
  // only Cancelled. Must outlive the task.
  coro::Task<std::vector<std::string>> options(std::vector<std::string> command);

 private:
  coro::Task<> find(std::vector<std::string> command);

  BetterAddress better_address_;
  std::map<std::vector<std::string>, std::vector<std::string>> known_;
  coro::SingleFlight<std::vector<std::string>, void> finding_;
};

}  // namespace eka::git
