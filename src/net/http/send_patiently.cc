#include "net/http/send_patiently.h"

#include <algorithm>
#include <utility>

namespace eka::net {

coro::Task<std::unique_ptr<HttpResponse>> send_patiently(HttpClient& client, HttpRequest request, Traffic& traffic,
                                                         std::uint64_t Traffic::* counter) {
  HostRests::Ticket ticket;
  ticket.patience = request.patience;
  while (true) {
    HttpClient::Turn turn = co_await client.turn(request.url, &ticket);
    traffic.longest_wait = std::max(traffic.longest_wait, ticket.waited);
    HttpRequest copy = request;
    ++(traffic.*counter);
    auto response = co_await client.send(std::move(copy), std::move(turn), &ticket);
    if (!response) {
      --(traffic.*counter);
      continue;
    }
    if (!is_busy_status(response->status()) || !client.may_wait(request.url, ticket)) co_return response;
    ++traffic.retries;
    co_await drain(response.get());
    traffic.bytes_received += response->bytes_received();
    traffic.bytes_sent += response->bytes_sent();
  }
}

}  // namespace eka::net
