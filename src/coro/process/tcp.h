// TCP connections as coroutines, for protocols that libcurl does not support.
//
// Uses plain sockets instead of asio::ip::tcp, which blocks a thread of its own choice to resolve names, and does not
// race addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coro/task/task.h"

namespace eka::coro {

// Finds out which address of `host` to use, in the way of TcpStream::connect(): the one that responds first, in numeric
// form; nullopt if that is the first one of the resolver, or if there is only one (then no connection is made).
// `family` is AF_UNSPEC, AF_INET or AF_INET6. Throws as connect().
Task<std::optional<std::string>> better_address(std::string host, std::uint16_t port, int family,
                                                std::chrono::milliseconds limit);
// The same for the addresses of several hosts.
Task<std::optional<std::string>> better_address_of(std::vector<std::string> hosts, std::uint16_t port, int family,
                                                   std::chrono::milliseconds limit);

class TcpStream {
 public:
  // Resolves `host` (a name, or an address without brackets) and connects to the first of its addresses that responds
  // (RFC 8305): the next address is tried when the previous one has failed or has not responded within 250 ms. `limit`
  // applies to each address. Cancelling the caller also abandons name resolution immediately (own_thread.h). Throws
  // Error(Kind::remote), retryable unless the name does not exist.
  static Task<TcpStream> connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit);
  // The same for the addresses of several hosts.
  static Task<TcpStream> connect_any(std::vector<std::string> hosts, std::uint16_t port,
                                     std::chrono::milliseconds limit);

  // Reads some bytes; 0 at the end of the stream. `into` must stay valid until the task ends. Throws a retryable
  // Error(Kind::remote) if the connection is lost.
  Task<std::size_t> read(std::span<std::byte> into);
  // Writes all of `bytes`, which must stay valid until the task ends.
  Task<> write(std::span<const std::byte> bytes);

 private:
  explicit TcpStream(asio::posix::stream_descriptor socket) : socket_(std::move(socket)) {}

  asio::posix::stream_descriptor socket_;
};

}  // namespace eka::coro
