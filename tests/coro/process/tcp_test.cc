// Connecting to hosts with addresses that do not respond.
#include "coro/process/tcp.h"

#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coro/process/descriptor.h"
#include "coro/run/runtime.h"

using namespace eka;
using namespace eka::coro;

namespace {

sockaddr_in address_of(const char* host, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, host, &out.sin_addr);
  return out;
}

// Listens on `host`; on any free port if `port` is 0.
class Listener {
 public:
  explicit Listener(const char* host, std::uint16_t port = 0, int backlog = 16)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = address_of(host, port);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_.get(), backlog) == 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  std::uint16_t port() const { return port_; }

 private:
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

// An address that does not respond: its queue is full, and the kernel drops further connection requests.
class Dead {
 public:
  Dead(const char* host, std::uint16_t port) : listener_(host, port, 0) {
    const sockaddr_in address = address_of(host, port);
    for (int i = 0; i < 4; ++i) {
      waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(waiting_.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
  }

 private:
  Listener listener_;
  std::vector<Descriptor> waiting_;
};

// Longer than the test may take.
constexpr std::chrono::milliseconds limit{600'000};

Task<> connect(std::vector<std::string> hosts, std::uint16_t port) {
  const TcpStream stream = co_await TcpStream::connect_any(std::move(hosts), port, limit);
}

}  // namespace

TEST_CASE("tcp: an address that does not respond does not delay others") {
  const Listener listener("127.0.0.1");
  const Dead dead("127.0.0.2", listener.port());
  Runtime runtime(1);
  runtime.run(connect({"127.0.0.2", "127.0.0.1"}, listener.port()));
}

TEST_CASE("tcp: after a refused connection the next address is tried immediately, and the last error is reported") {
  const Listener listener("127.0.0.1");
  Runtime runtime(1);
  runtime.run(connect({"127.0.0.3", "127.0.0.2", "127.0.0.1"}, listener.port()));
  CHECK_THROWS_WITH_AS(runtime.run(connect({"127.0.0.3", "127.0.0.2"}, listener.port())),
                       doctest::Contains("Connection refused"), Error);
}

TEST_CASE("tcp: another address is named only if the first one does not respond") {
  const Listener listener("127.0.0.1");
  const Listener other("127.0.0.4", listener.port());
  const Dead dead("127.0.0.2", listener.port());
  Runtime runtime(1);
  const auto better = [&](std::vector<std::string> hosts, int family = AF_UNSPEC) {
    return runtime.run(better_address_of(std::move(hosts), listener.port(), family, limit));
  };
  CHECK(better({"127.0.0.2", "127.0.0.1"}) == "127.0.0.1");
  CHECK(better({"127.0.0.3", "127.0.0.4"}) == "127.0.0.4");
  CHECK_FALSE(better({"127.0.0.1", "127.0.0.2"}));
  CHECK_FALSE(better({"127.0.0.4", "127.0.0.1"}));
  CHECK_FALSE(better({"127.0.0.2"}));  // there is no choice, so no connection is made
  CHECK_THROWS_AS(better({"127.0.0.3", "127.0.0.5"}), Error);
  CHECK_THROWS_AS(better({"127.0.0.1"}, AF_INET6), Error);
}
