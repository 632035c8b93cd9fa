#include "net/http/http_client.h"

#include <algorithm>
#include <utility>

#include "net/http/http_transfer.h"
#include "net/policy/http_error.h"

namespace eka::net {
namespace {

constexpr std::size_t drained = 16 << 10;
constexpr std::chrono::milliseconds first_pause{300};  // without Retry-After

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

HttpClient::HttpClient(coro::Executor reactor, HttpLimits limits, coro::Clock& clock)
    : limits_(limits),
      clock_(clock),
      plain_(std::make_shared<const HttpSettings>()),
      loop_(std::make_shared<HttpLoop>(std::move(reactor))),
      sockets_(std::make_shared<coro::Limiter>(limits.sockets)) {}

HttpClient::~HttpClient() = default;

std::chrono::milliseconds HttpClient::left_of_pause(const std::string& host) {
  const auto found = pauses_.find(host);
  if (found == pauses_.end()) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(found->second.until - clock_.now());
}

// All requests to a busy host wait, including those that were queued when it responded.
coro::Task<HostGate::Pass> HttpClient::turn_at(const std::string& host) {
  while (true) {
    const auto pause = left_of_pause(host);
    if (pause.count() > 0) {
      co_await clock_.sleep(pause);
      continue;
    }
    HostGate::Pass pass = co_await gate_.enter(host);
    if (left_of_pause(host).count() <= 0) co_return pass;
  }
}

void HttpClient::note_answer(const std::string& host, const HttpResponse& response) {
  if (!is_busy_status(response.status())) {
    if (response.status() < 400) pauses_.erase(host);
    return;
  }
  const auto now = clock_.now();
  Pause& pause = pauses_[host];
  // Responses that arrive during a pause do not lengthen the next one.
  if (pause.until <= now) ++pause.answers;
  std::chrono::milliseconds wait = first_pause * (1 << std::min(pause.answers - 1, 5));
  if (const auto asked = response.retry_after()) wait = *asked;
  if (wait <= limits_.longest_pause) pause.until = std::max(pause.until, now + wait);
}

coro::Task<std::unique_ptr<HttpResponse>> HttpClient::send(HttpRequest request) {
  const auto after_scheme = request.url.find("://");
  const std::string host = request.url.substr(0, request.url.find('/', after_scheme + 3));
  HostGate::Pass pass = co_await turn_at(host);
  if (!request.settings) request.settings = plain_;
  SocketTurn turn;
  turn.limiter = sockets_;
  turn.permit = co_await sockets_->acquire();
  auto transfer = std::make_unique<HttpTransfer>(loop_, std::move(pass), std::move(turn), std::move(request), limits_);
  co_await transfer->start();
  note_answer(host, *transfer);
  std::unique_ptr<HttpResponse> response = std::move(transfer);
  co_return response;
}

}  // namespace eka::net
