#include "net/login/http_login.h"

#include <optional>
#include <utility>

#include "net/policy/http_error.h"

namespace eka::net {
namespace {

constexpr long unauthorized = 401;

}  // namespace

coro::Task<std::unique_ptr<HttpResponse>> send_with_logins(HttpClient& client, Credentials& credentials,
                                                           const atom::Url* url, HttpRequest request, Traffic& traffic,
                                                           std::uint64_t Traffic::* counter) {
  std::unique_ptr<HttpResponse> refusal;
  while (true) {
    std::optional<Credentials::Use> use;
    HttpRequest sent = request;
    if (url != nullptr) {
      Credentials::Use begun = co_await credentials.begin(*url);
      use.emplace(std::move(begun));
      if (use->is_spent()) throw status_error(unauthorized, url->origin(), {});
      if (!use->login() && refusal) co_return refusal;
      if (refusal) {
        traffic.bytes_received += refusal->bytes_received();
        traffic.bytes_sent += refusal->bytes_sent();
        refusal.reset();
      }
      if (use->login()) {
        sent.user = use->login()->user;
        sent.password = use->login()->password;
      }
    }
    ++(traffic.*counter);
    auto response = co_await client.send(std::move(sent));
    traffic.answer_time = response->answer_time();
    if (!use) co_return response;
    if (response->status() != unauthorized) {
      if (response->status() < 500) co_await use->accepted();
      co_return response;
    }
    co_await drain(response.get());
    const bool again = co_await use->refused();
    if (!again) co_return response;
    refusal = std::move(response);
  }
}

}  // namespace eka::net
