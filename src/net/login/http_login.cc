#include "net/login/http_login.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/http/send_patiently.h"
#include "net/policy/http_error.h"

namespace eka::net {
namespace {

constexpr long unauthorized = 401;

// Servers check the login before anything else, except for whether there are too many requests.
bool shows_acceptance(long status) {
  return status < 400 || status == 404 || status == 416;
}

// The configured header with a login; empty if there is none.
std::string authorization_of(const HttpRequest& request) {
  if (!request.settings) return {};
  constexpr std::string_view name = "authorization:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  for (const std::string& header : request.settings->headers) {
    if (header.size() <= name.size()) continue;  // without a value it removes the header
    if (std::equal(name.begin(), name.end(), header.begin(), [&](char b, char a) { return same(a, b); })) return header;
  }
  return {};
}

}  // namespace

coro::Task<std::unique_ptr<HttpResponse>> send_with_logins(HttpClient& client, Credentials& credentials,
                                                           const atom::Url* url, HttpRequest request, Traffic& traffic,
                                                           std::uint64_t Traffic::* counter) {
  std::unique_ptr<HttpResponse> refusal;
  const std::string authorization = authorization_of(request);
  while (true) {
    std::optional<Credentials::Use> use;
    HttpRequest sent = request;
    if (url != nullptr) {
      Credentials::Use begun = co_await credentials.begin(*url, authorization);
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
    auto response = co_await send_patiently(client, std::move(sent), traffic, counter);
    traffic.answer_time = response->answer_time();
    if (!use) co_return response;
    if (response->status() != unauthorized) {
      if (shows_acceptance(response->status())) co_await use->accepted();
      co_return response;
    }
    co_await drain(response.get());
    const bool again = co_await use->refused();
    if (!again) co_return response;
    refusal = std::move(response);
  }
}

}  // namespace eka::net
