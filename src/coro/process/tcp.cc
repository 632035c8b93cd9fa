#include "coro/process/tcp.h"

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/error.h"
#include "coro/process/descriptor.h"
#include "coro/run/own_thread.h"
#include "coro/task/timeout.h"

namespace eka::coro {
namespace {

struct Address {
  int family;
  sockaddr_storage bytes;
  socklen_t size;
};

Error broken(std::string what, int error) {
  return Error(Kind::remote, std::move(what) + ": " + std::generic_category().message(error)).retryable();
}

// Blocks for as long as the resolver of the system likes.
std::vector<Address> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw);
  if (code != 0) {
    Error error(Kind::remote, "cannot find the address of " + host + ": " + ::gai_strerror(code));
    throw code == EAI_NONAME ? std::move(error) : std::move(error).retryable();
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(raw, &::freeaddrinfo);
  std::vector<Address> out;
  for (const addrinfo* each = raw; each != nullptr; each = each->ai_next) {
    Address address{each->ai_family, {}, each->ai_addrlen};
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    out.push_back(address);
  }
  return out;
}

Task<> wait_until_connected(asio::posix::stream_descriptor* socket) {
  co_await socket->async_wait(asio::posix::descriptor_base::wait_write, asio::use_awaitable);
}

// The errno of what went wrong, or 0.
Task<int> try_address(asio::posix::stream_descriptor* socket, const Address* address, std::chrono::milliseconds limit) {
  const int fd = socket->native_handle();
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address->bytes), address->size) == 0) co_return 0;
  if (errno != EINPROGRESS) co_return errno;
  const Error too_late(Kind::remote, "no answer");
  bool answered = true;
  try {
    co_await timeout(limit, wait_until_connected(socket), too_late);
  } catch (const Error&) {
    answered = false;
  }
  if (!answered) co_return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  co_return error;
}

}  // namespace

Task<TcpStream> TcpStream::connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
  const std::function<std::vector<Address>()> look_up = [host, port] { return resolve(host, port); };
  const std::vector<Address> addresses = co_await on_own_thread(look_up);
  const Executor executor = co_await asio::this_coro::executor;
  int error = EADDRNOTAVAIL;
  for (const Address& address : addresses) {
    const int fd = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    asio::posix::stream_descriptor socket(executor, fd);
    error = co_await try_address(&socket, &address, limit);
    if (error != 0) continue;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    co_return TcpStream(std::move(socket));
  }
  throw broken("cannot connect to " + host + " port " + std::to_string(port), error);
}

Task<std::size_t> TcpStream::read(std::span<std::byte> into) {
  asio::error_code error;
  const std::size_t got = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                                           asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) throw Cancelled();
  if (error == asio::error::eof) co_return 0;
  if (error) throw broken("the connection broke", error.value());
  co_return got;
}

Task<> TcpStream::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    asio::error_code error;
    const std::size_t put = co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                                              asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw Cancelled();
    if (error) throw broken("the connection broke", error.value());
    bytes = bytes.subspan(put);
  }
}

}  // namespace eka::coro
