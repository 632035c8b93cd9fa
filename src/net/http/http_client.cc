#include "net/http/http_client.h"

#include <utility>

#include "net/http/http_transfer.h"
#include "net/policy/http_error.h"

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
    // The status of the response is reported instead.
  }
}

HttpClient::HttpClient(coro::Executor reactor, HttpLimits limits, coro::Clock& clock, HostRests::TellWait tell)
    : limits_(limits),
      clock_(clock),
      rests_(clock, limits.longest_rest, std::move(tell)),
      plain_(std::make_shared<const HttpSettings>()),
      loop_(std::make_shared<HttpLoop>(std::move(reactor))),
      sockets_(std::make_shared<coro::Limiter>(limits.sockets)) {}

HttpClient::~HttpClient() = default;

// A host may become busy while a request waits at the gate.
coro::Task<HttpClient::Turn> HttpClient::turn(std::string url, HostRests::Ticket* ticket) {
  const std::string host = host_of(url);
  while (true) {
    HostRests::Turn rest = co_await rests_.enter(host, ticket);
    HostGate::Pass pass = co_await gate_.enter(host);
    if (rest.is_probe() || !rests_.is_resting(host)) co_return Turn(std::move(rest), std::move(pass));
  }
}

bool HttpClient::may_wait(const std::string& url, const HostRests::Ticket& ticket) const {
  return rests_.may_wait(host_of(url), ticket);
}

coro::Task<std::unique_ptr<HttpResponse>> HttpClient::send(HttpRequest request, Turn turn, HostRests::Ticket* ticket) {
  std::function<bool()> is_held_back;
  if (!turn.rest.is_probe()) {
    is_held_back = [this, host = host_of(request.url)] { return rests_.is_resting(host); };
  }
  if (!request.settings) request.settings = plain_;
  SocketTurn socket;
  socket.limiter = sockets_;
  socket.permit = co_await sockets_->acquire();
  auto transfer = std::make_unique<HttpTransfer>(loop_, std::move(turn.pass), std::move(socket), std::move(request),
                                                 limits_, clock_, std::move(is_held_back));
  co_await transfer->start();
  std::unique_ptr<HttpResponse> response;
  if (transfer->was_held_back()) co_return response;
  turn.rest.answered(transfer->status(), transfer->retry_after(), ticket);
  response = std::move(transfer);
  co_return response;
}

coro::Task<std::unique_ptr<HttpResponse>> HttpClient::send(HttpRequest request) {
  HostRests::Ticket ticket;
  ticket.patience = request.patience;
  std::unique_ptr<HttpResponse> response;
  while (!response) {
    HttpRequest copy = request;
    Turn next = co_await turn(request.url, &ticket);
    response = co_await send(std::move(copy), std::move(next), &ticket);
  }
  co_return response;
}

}  // namespace eka::net
