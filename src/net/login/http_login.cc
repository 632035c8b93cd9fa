#include "net/login/http_login.h"

#include <optional>
#include <utility>

namespace eka::net {

coro::Task<std::unique_ptr<HttpResponse>> send_with_logins(HttpClient& client, Credentials& credentials,
                                                           const atom::Url* url, HttpRequest request, Traffic& traffic,
                                                           std::uint64_t Traffic::* counter) {
  while (true) {
    const std::optional<Login> login = url != nullptr ? credentials.known(*url) : std::nullopt;
    HttpRequest sent = request;
    if (login) {
      sent.user = login->user;
      sent.password = login->password;
    }
    ++(traffic.*counter);
    auto response = co_await client.send(std::move(sent));
    traffic.answer_time = response->answer_time();
    const long status = response->status();
    if (login && status < 400) co_await credentials.accepted(*url, login);
    if (url == nullptr || status != 401) co_return response;
    co_await drain(response.get());
    const std::optional<Login> another = co_await credentials.after_refusal(*url, login);
    if (!another) co_return response;
    traffic.bytes_received += response->bytes_received();
    traffic.bytes_sent += response->bytes_sent();
  }
}

}  // namespace eka::net
