#include "proxy/tcp.h"

#include <asio/write.hpp>

#include "base/error.h"

namespace eka::proxy {
namespace {

// Cancellation is passed on; any other failure is treated as the end of the stream.
void throw_if_cancelled(const asio::error_code& error) {
  if (error == asio::error::operation_aborted) throw Cancelled();
}

}  // namespace

coro::Task<std::string> read_some(Socket& socket, std::size_t limit) {
  std::string bytes(limit, '\0');
  asio::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const std::size_t got = co_await socket.async_read_some(asio::buffer(bytes), token);
  throw_if_cancelled(error);
  bytes.resize(got);
  co_return bytes;
}

coro::Task<bool> write_all(Socket& socket, std::string_view bytes) {
  asio::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await asio::async_write(socket, asio::buffer(bytes.data(), bytes.size()), token);
  throw_if_cancelled(error);
  co_return !error;
}

void reset(Socket& socket) {
  asio::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void half_close(Socket& socket) {
  asio::error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace eka::proxy
