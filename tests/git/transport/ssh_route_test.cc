// Hosts with several addresses, for ssh.
#include "git/transport/ssh_route.h"

#include <array>
#include <cstdlib>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "coro/run/runtime.h"
#include "git/transport/ssh.h"
#include "tests/git/stream_servers.h"

namespace eka::git {
namespace {

using Options = std::vector<std::string>;

coro::Task<std::string> greeting_of(SshDialer* dialer, atom::Url url) {
  const auto channel = co_await dialer->dial(std::move(url));
  std::array<std::byte, 64> bytes{};
  const std::size_t got = co_await channel->read(bytes);
  co_return std::string(reinterpret_cast<const char*>(bytes.data()), got);
}

}  // namespace

TEST_CASE("ssh route: the settings of ssh -G") {
  const auto found = ssh_destination(
      "user me\nhostname two.example\nport 2222\naddressfamily any\n"
      "canonicalizehostname false\ncontrolpath none\n");
  REQUIRE(found);
  CHECK(found->host == "two.example");
  CHECK(found->port == 2222);
  CHECK(found->family == AF_UNSPEC);
  CHECK_FALSE(found->has_key_alias);
  CHECK(ssh_destination("hostname h\naddressfamily inet6\n").value().family == AF_INET6);
  CHECK(ssh_destination("hostname h\nhostkeyalias other\n").value().has_key_alias);
  for (const char* const other : {"proxycommand nc %h %p", "proxyjump jump", "controlpath /tmp/%C", "bindaddress ::1",
                                  "bindinterface eth0", "canonicalizehostname always"}) {
    CAPTURE(other);
    CHECK_FALSE(ssh_destination("hostname h\nport 22\n" + std::string(other) + "\n"));
  }
  for (const char* const address : {"127.0.0.1", "::1", "fe80::1%eth0"}) {
    CHECK_FALSE(ssh_destination("hostname " + std::string(address) + "\nport 22\n"));
  }
  CHECK_FALSE(ssh_destination(""));
  CHECK_FALSE(ssh_destination("usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy]"));
}

TEST_CASE("ssh route: the host key is looked up under the name of the host") {
  SshDestination destination;
  destination.host = "h.example";
  CHECK(ssh_address_options(destination, "::1") == Options{"-o", "HostName=::1", "-o", "HostKeyAlias=h.example"});
  destination.port = 2222;
  CHECK(ssh_address_options(destination, "fe80::1%eth0") ==
        Options{"-o", "HostName=fe80::1%%eth0", "-o", "HostKeyAlias=[h.example]:2222"});
  destination.has_key_alias = true;
  CHECK(ssh_address_options(destination, "::1") == Options{"-o", "HostName=::1"});
}

TEST_CASE("ssh route: a host is reached at the address that responds, with its own host key") {
  const test::SshServer server;
  setenv("GIT_SSH_COMMAND", ("ssh -F " + server.client().string()).c_str(), 1);
  const auto repository = server.home() / "a.git";
  test::make_repository(repository);
  test::shell(server.home(), "sed s/127.0.0.1/two.invalid/ known > more && cat more >> known");
  std::string address = server.url() + repository.string();
  address.replace(address.find("127.0.0.1"), 9, "two.invalid");
  const atom::Url url = unwrap(atom::Url::parse(address));
  coro::Runtime runtime(2);
  int asked = 0;
  const auto dialer = [&](std::optional<std::string> better) {
    auto routes = std::make_unique<SshRoutes>(
        [&asked, better](std::string host, std::uint16_t port, int) -> coro::Task<std::optional<std::string>> {
          ++asked;
          CHECK(host == "two.invalid");
          CHECK(port > 1024);
          co_return better;
        });
    return SshDialer(ssh_program(""), std::move(routes));
  };
  SshDialer fit = dialer("127.0.0.1");
  for (int i = 0; i < 2; ++i) CHECK(runtime.run(greeting_of(&fit, url)).contains("version 2"));
  CHECK(asked == 1);
  CHECK(server.logins() == 2);
  // Without the key of that name it is refused.
  server.make_unknown();
  SshDialer stranger = dialer("127.0.0.1");
  CHECK(runtime.run(greeting_of(&stranger, url)).empty());
  // With a first address that responds, ssh is called as usual.
  SshDialer usual = dialer(std::nullopt);
  CHECK(runtime.run(greeting_of(&usual, url)).empty());
  CHECK(asked == 3);
  unsetenv("GIT_SSH_COMMAND");
}

}  // namespace eka::git
