#include "net/http/http_client.h"

#include <utility>

#include "net/http/http_transfer.h"

namespace eka::net {
namespace {

constexpr std::size_t drained = 16 << 10;

}  // namespace

coro::Task<> drain(HttpResponse* response) {
  try {
    for (std::size_t seen = 0; seen < drained;) {
      const std::string_view bytes = co_await response->read();
      if (bytes.empty()) co_return;
      seen += bytes.size();
    }
  } catch (const Error&) {
    // Its status is what is to be reported.
  }
}

HttpClient::HttpClient(coro::Executor reactor, HttpLimits limits)
    : limits_(limits),
      plain_(std::make_shared<const HttpSettings>()),
      loop_(std::make_shared<HttpLoop>(std::move(reactor))),
      sockets_(std::make_shared<coro::Limiter>(limits.sockets)) {}

HttpClient::~HttpClient() = default;

coro::Task<std::unique_ptr<HttpResponse>> HttpClient::send(HttpRequest request) {
  const auto after_scheme = request.url.find("://");
  std::string host = request.url.substr(0, request.url.find('/', after_scheme + 3));
  HostGate::Pass pass = co_await gate_.enter(std::move(host));
  if (!request.settings) request.settings = plain_;
  SocketTurn turn;
  turn.limiter = sockets_;
  turn.permit = co_await sockets_->acquire();
  auto transfer = std::make_unique<HttpTransfer>(loop_, std::move(pass), std::move(turn), std::move(request), limits_);
  co_await transfer->start();
  std::unique_ptr<HttpResponse> response = std::move(transfer);
  co_return response;
}

}  // namespace eka::net
