// TCP on the reactor; the only file that includes Asio's sockets.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "coro/task/task.h"

// After coro/task/asio.h, which configures Asio.
#include <asio/ip/tcp.hpp>

namespace eka::proxy {

using Socket = asio::ip::tcp::socket;
using Acceptor = asio::ip::tcp::acceptor;
using Endpoint = asio::ip::tcp::endpoint;

// Up to `limit` bytes; empty at the end of the stream or after an error.
coro::Task<std::string> read_some(Socket& socket, std::size_t limit);

// Writes all of `bytes`, which must stay valid; false if the other side has disconnected.
coro::Task<bool> write_all(Socket& socket, std::string_view bytes);

// Closes with a reset.
void reset(Socket& socket);
// Shuts down the sending side.
void half_close(Socket& socket);

}  // namespace eka::proxy
