// TCP on the reactor: the one door through which Asio's sockets enter.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "coro/task/task.h"

// After Asio's first door, which says how Asio is to be compiled.
#include <asio/ip/tcp.hpp>

namespace eka::proxy {

using Socket = asio::ip::tcp::socket;
using Acceptor = asio::ip::tcp::acceptor;
using Endpoint = asio::ip::tcp::endpoint;

// Up to `limit` bytes; empty when the other side has ended, properly or not.
coro::Task<std::string> read_some(Socket& socket, std::size_t limit);

// All of it, which must stay where it is; false when the other side is gone.
coro::Task<bool> write_all(Socket& socket, std::string_view bytes);

// Hangs up so that the other side sees a reset.
void reset(Socket& socket);
// Says that no more will come.
void half_close(Socket& socket);

}  // namespace eka::proxy
