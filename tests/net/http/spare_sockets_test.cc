// Connections opened in advance, against a listening socket.
#include "net/http/spare_sockets.h"

#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <netinet/in.h>

namespace eka::net {
namespace {

class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    REQUIRE(::listen(socket_.get(), 128) == 0);
    socklen_t length = sizeof address_;
    REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &length) == 0);
  }

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  int port() const { return ntohs(address_.sin_port); }
  coro::Descriptor accept() const { return coro::Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

 private:
  coro::Descriptor socket_;
  sockaddr_in address_{};
};

// Waits until one is open: the kernel may need a moment.
coro::Descriptor take_soon(SpareSockets& spares, const Listener& listener) {
  for (int i = 0; i < 1000; ++i) {
    coro::Descriptor out = spares.take(listener.address());
    if (out.get() >= 0) return out;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {};
}

}  // namespace

TEST_CASE("spare sockets: each is given once, and only for its address") {
  const Listener listener, other;
  SpareSockets spares;
  spares.open("127.0.0.1", listener.port(), 2);
  const coro::Descriptor first = take_soon(spares, listener);
  CHECK(spares.take(other.address()).get() < 0);
  const coro::Descriptor second = take_soon(spares, listener);
  REQUIRE(first.get() >= 0);
  REQUIRE(second.get() >= 0);
  CHECK(first.get() != second.get());
  CHECK(spares.take(listener.address()).get() < 0);

  const coro::Descriptor accepted = listener.accept();
  REQUIRE(::send(first.get(), "a", 1, 0) == 1);
  char byte = 0;
  CHECK(::recv(accepted.get(), &byte, 1, 0) == 1);
  CHECK(byte == 'a');
}

TEST_CASE("spare sockets: a connection that the server has closed or written to is not given") {
  const Listener listener;
  SpareSockets spares;
  spares.open("127.0.0.1", listener.port(), 3);
  coro::Descriptor closed = listener.accept();
  const coro::Descriptor impatient = listener.accept();
  const coro::Descriptor kept = listener.accept();
  closed.reset();
  REQUIRE(::send(impatient.get(), "220 mail\r\n", 10, 0) == 10);
  const coro::Descriptor given = take_soon(spares, listener);
  REQUIRE(given.get() >= 0);
  REQUIRE(::send(kept.get(), "b", 1, 0) == 1);
  char byte = 0;
  CHECK(::recv(given.get(), &byte, 1, 0) == 1);
  CHECK(byte == 'b');
  CHECK(spares.take(listener.address()).get() < 0);
}

TEST_CASE("spare sockets: the number is limited, and an address that is none is ignored") {
  const Listener listener;
  SpareSockets spares;
  spares.open("example.org", listener.port(), 2);
  CHECK(spares.take(listener.address()).get() < 0);
  spares.open("127.0.0.1", listener.port(), 1000);
  for (std::size_t i = 0; i < SpareSockets::most; ++i) CHECK(take_soon(spares, listener).get() >= 0);
  CHECK(spares.take(listener.address()).get() < 0);
}

}  // namespace eka::net
