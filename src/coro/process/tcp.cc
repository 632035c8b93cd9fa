#include "coro/process/tcp.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/error.h"
#include "coro/process/descriptor.h"
#include "coro/run/own_thread.h"
#include "coro/task/event.h"
#include "coro/task/task_group.h"
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

// Blocks until the system's resolver returns; there is no upper limit.
std::vector<Address> resolve(const std::string& host, std::uint16_t port, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw);
  if (code != 0) {
    Error error(Kind::remote, "cannot resolve host " + host + ": " + ::gai_strerror(code));
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

// Returns the errno of the failure, or 0.
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

constexpr std::chrono::milliseconds next_address_after{250};

// IPv6 and IPv4 alternating, each in the resolver's order.
std::vector<Address> interleaved(const std::vector<Address>& addresses) {
  std::vector<Address> out;
  std::vector<Address> others;
  for (const Address& each : addresses) {
    (each.family == addresses.front().family ? out : others).push_back(each);
  }
  for (std::size_t i = 0; i < others.size(); ++i) {
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(std::min(2 * i + 1, out.size())), others[i]);
  }
  return out;
}

// Connection attempts to several addresses; the first that succeeds cancels the others.
class Race {
 public:
  Race(Executor executor, std::vector<Address> addresses, std::chrono::milliseconds limit)
      : executor_(executor), addresses_(std::move(addresses)), limit_(limit), group_(std::move(executor)) {}

  // Returns the socket, or nullopt if all attempts failed: see error().
  Task<std::optional<asio::posix::stream_descriptor>> run() {
    group_.start(start_all());
    co_await group_.join();
    co_return std::move(winner_);
  }
  int error() const { return error_; }
  // Of the socket that run() has returned.
  const Address& winning_address() const { return *winning_address_; }

 private:
  Task<> start_all() {
    for (const Address& address : addresses_) {
      failures_.push_back(std::make_unique<Event>());
      Event* const failed = failures_.back().get();
      group_.start(try_one(&address, failed));
      const Error still_waiting(Kind::remote, "no response yet");
      try {
        co_await timeout(next_address_after, failed->wait(), still_waiting);
      } catch (const Error&) {
        // Try the next address concurrently.
      }
    }
  }

  Task<> try_one(const Address* address, Event* failed) {
    const int fd = ::socket(address->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error_ = errno;
      failed->set();
      co_return;
    }
    asio::posix::stream_descriptor socket(executor_, fd);
    const int error = co_await try_address(&socket, address, limit_);
    if (error != 0) {
      error_ = error;
      failed->set();
    } else if (!winner_) {
      winner_.emplace(std::move(socket));
      winning_address_ = address;
      group_.cancel();
    }
  }

  Executor executor_;
  std::vector<Address> addresses_;
  std::chrono::milliseconds limit_;
  std::vector<std::unique_ptr<Event>> failures_;
  std::optional<asio::posix::stream_descriptor> winner_;
  const Address* winning_address_ = nullptr;
  int error_ = EADDRNOTAVAIL;
  TaskGroup group_;
};

Task<std::vector<Address>> resolve_all(std::vector<std::string> hosts, std::uint16_t port, int family) {
  const std::function<std::vector<Address>()> look_up = [hosts, port, family] {
    std::vector<Address> found;
    for (const std::string& host : hosts) {
      const std::vector<Address> more = resolve(host, port, family);
      found.insert(found.end(), more.begin(), more.end());
    }
    return found;
  };
  co_return co_await on_own_thread(look_up);
}

std::string numeric(const Address& address) {
  std::array<char, NI_MAXHOST> text{};
  const int code = ::getnameinfo(reinterpret_cast<const sockaddr*>(&address.bytes), address.size, text.data(),
                                 text.size(), nullptr, 0, NI_NUMERICHOST);
  return code == 0 ? text.data() : "";
}

Error not_connected(const std::string& host, std::uint16_t port, int error) {
  return broken("cannot connect to " + host + " port " + std::to_string(port), error);
}

}  // namespace

Task<std::optional<std::string>> better_address(std::string host, std::uint16_t port, int family,
                                                std::chrono::milliseconds limit) {
  std::vector<std::string> hosts{std::move(host)};
  return better_address_of(std::move(hosts), port, family, limit);
}

Task<std::optional<std::string>> better_address_of(std::vector<std::string> hosts, std::uint16_t port, int family,
                                                   std::chrono::milliseconds limit) {
  const std::vector<Address> addresses = co_await resolve_all(hosts, port, family);
  if (addresses.size() < 2) co_return std::nullopt;
  const Executor executor = co_await asio::this_coro::executor;
  Race race(executor, interleaved(addresses), limit);
  const std::optional<asio::posix::stream_descriptor> socket = co_await race.run();
  if (!socket) throw not_connected(hosts.front(), port, race.error());
  const std::string found = numeric(race.winning_address());
  if (found.empty() || found == numeric(addresses.front())) co_return std::nullopt;
  co_return found;
}

Task<TcpStream> TcpStream::connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
  std::vector<std::string> hosts{std::move(host)};
  return connect_any(std::move(hosts), port, limit);
}

Task<TcpStream> TcpStream::connect_any(std::vector<std::string> hosts, std::uint16_t port,
                                       std::chrono::milliseconds limit) {
  const std::vector<Address> addresses = co_await resolve_all(hosts, port, AF_UNSPEC);
  const Executor executor = co_await asio::this_coro::executor;
  Race race(executor, interleaved(addresses), limit);
  std::optional<asio::posix::stream_descriptor> socket = co_await race.run();
  if (!socket) throw not_connected(hosts.front(), port, race.error());
  const int on = 1;
  ::setsockopt(socket->native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket->native_handle(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  co_return TcpStream(*std::move(socket));
}

Task<std::size_t> TcpStream::read(std::span<std::byte> into) {
  asio::error_code error;
  const std::size_t got = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                                           asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) throw Cancelled();
  if (error == asio::error::eof) co_return 0;
  if (error) throw broken("connection lost", error.value());
  co_return got;
}

Task<> TcpStream::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    asio::error_code error;
    const std::size_t put = co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                                              asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw Cancelled();
    if (error) throw broken("connection lost", error.value());
    bytes = bytes.subspan(put);
  }
}

}  // namespace eka::coro
