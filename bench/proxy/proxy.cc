#include "proxy/proxy.h"

#include <charconv>
#include <utility>

#include "coro/task/timeout.h"
#include "proxy/connection.h"

namespace eka::proxy {
namespace {

Endpoint parse_target(const std::string& text) {
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  asio::error_code error = asio::error::invalid_argument;
  asio::ip::address address;
  if (colon != std::string::npos) {
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    const std::string host = text.substr(0, colon);
    address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  }
  if (error || port == 0) throw Error(Kind::usage, text + " is not ADDRESS:PORT");
  return {address, port};
}

// Large enough for all waiting connections, so that none is delayed by others.
constexpr int backlog = 4096;

}  // namespace

Proxy::Proxy(coro::Executor reactor, Options options)
    : reactor_(std::move(reactor)),
      shared_(std::make_unique<Shared>(options.line, std::move(options.faults))),
      target_(parse_target(options.target)),
      acceptor_(reactor_) {
  const Endpoint here(asio::ip::address_v4::loopback(), options.port);
  acceptor_.open(here.protocol());
  acceptor_.set_option(Acceptor::reuse_address(true));
  asio::error_code error;
  acceptor_.bind(here, error);
  if (error) throw Error(Kind::failure, "port " + std::to_string(options.port) + ": " + error.message());
  port_ = acceptor_.local_endpoint().port();
  if (!shared_->plan.refuses()) acceptor_.listen(backlog);
}

Proxy::~Proxy() = default;

coro::Task<> Proxy::serve() {
  coro::TaskGroup group(reactor_);
  group.start(accept_all(&group));
  co_await group.join();
}

// A port that is bound but not listening refuses connections, like an unused port.
coro::Task<> Proxy::listen() {
  const auto refuses = shared_->plan.refuses();
  if (!refuses) co_return;
  while (refuses->count() == 0) co_await coro::sleep(std::chrono::hours(1));
  co_await coro::sleep(*refuses);
  acceptor_.listen(backlog);
}

coro::Task<> Proxy::accept_all(coro::TaskGroup* group) {
  co_await listen();
  while (true) {
    asio::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    Socket client = co_await acceptor_.async_accept(token);
    co_await coro::checkpoint();
    if (error) {
      co_await coro::sleep(std::chrono::milliseconds(10));  // possibly out of descriptors
      continue;
    }
    group->start(serve_one(std::move(client)));
  }
}

coro::Task<> Proxy::serve_one(Socket client) {
  Socket server(reactor_);
  asio::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await server.async_connect(target_, token);
  if (error) {
    reset(client);
    co_return;
  }
  Connection connection(*shared_, std::move(client), std::move(server));
  co_await connection.run();
}

atom::Json Proxy::counts() const {
  const Counts& counts = shared_->counts;
  atom::Json out;
  out["port"] = int{port_};
  out["connections"] = counts.connections;
  out["open"] = counts.open;
  out["most_open"] = counts.most_open;
  out["requests"] = counts.requests;
  out["faults"] = shared_->plan.happened();
  out["bytes_up"] = counts.bytes_up;
  out["bytes_down"] = counts.bytes_down;
  return out;
}

}  // namespace eka::proxy
