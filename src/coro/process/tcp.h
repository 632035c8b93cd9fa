// TCP connections as coroutines, for what libcurl does not speak.
//
// Made of plain sockets on the reactor's descriptors rather than of asio::ip::tcp, which costs every file that sees it
// seconds of compilation, and whose resolver cannot be told which thread to block.
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

  // Some bytes, 0 when the other side has ended. `into` must stay until the task ends. A broken connection is a
  // retryable Error(Kind::remote).
  Task<std::size_t> read(std::span<std::byte> into);
  // All of `bytes`, which must stay until the task ends.
  Task<> write(std::span<const std::byte> bytes);

 private:
  explicit TcpStream(asio::posix::stream_descriptor socket) : socket_(std::move(socket)) {}

  asio::posix::stream_descriptor socket_;
};

}  // namespace eka::coro
