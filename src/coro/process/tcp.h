// TCP connections as coroutines, for protocols that libcurl does not support.
//
// Uses plain sockets instead of asio::ip::tcp, whose resolver does not allow choosing the thread that it blocks, and
// which does not race addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coro/task/task.h"

namespace eka::coro {

class TcpStream {
 public:
  // Resolves `host` (a name, or an address without brackets) and connects to the first of its addresses that answers
  // (RFC 8305): the next one is tried when the one before has failed, or has not answered for 250 ms. `limit` is for
  // each of them. Cancelling the caller ends the look-up, too, at once (own_thread.h). Throws Error(Kind::remote),
  // retryable unless the name does not exist.
  static Task<TcpStream> connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit);
  // The same for the addresses of several hosts.
  static Task<TcpStream> connect_any(std::vector<std::string> hosts, std::uint16_t port,
                                     std::chrono::milliseconds limit);

  // Reads some bytes; 0 at the end of the stream. `into` must stay valid until the task ends. A lost connection is a
  // retryable Error(Kind::remote).
  Task<std::size_t> read(std::span<std::byte> into);
  // Writes all of `bytes`, which must stay valid until the task ends.
  Task<> write(std::span<const std::byte> bytes);

 private:
  explicit TcpStream(asio::posix::stream_descriptor socket) : socket_(std::move(socket)) {}

  asio::posix::stream_descriptor socket_;
};

}  // namespace eka::coro
