#include "store/remote/remote_cache.h"

#include <chrono>
#include <utility>

#include "atom/hash/base_n.h"
#include "coro/task/retry.h"
#include "coro/task/timeout.h"
#include "git/config/credential_helper.h"
#include "git/config/http_settings.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"
#include "net/login/http_login.h"
#include "net/policy/http_error.h"
#include "store/remote/circuit_breaker.h"

namespace eka::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Much less patient than for git remotes: without this cache everything works, too.
constexpr net::HttpLimits short_limits{
    .connect = seconds(3), .stall = seconds(5), .longest_rest = seconds(5), .sockets = 64};
constexpr coro::RetryPolicy three_tries{
    .attempts = 3, .first_delay = milliseconds(100), .longest_delay = seconds(1), .deadline = seconds(10)};
constexpr std::uint64_t usual_file = 5'000'000;
constexpr std::uint64_t slowest = 100'000;  // bytes per second, after the first ten seconds

seconds time_for(std::uint64_t bytes) {
  return seconds(10 + bytes / slowest);
}

bool is_hit(long status) {
  return status >= 200 && status < 300;
}

bool is_miss(long status) {
  return status == 404 || status == 410;
}

}  // namespace

struct RemoteCache::Parts {
  Parts(coro::Executor reactor, coro::Pool& the_pool, coro::Clock& the_clock, atom::Url the_url,
        git::UserConfig the_config, Tell the_tell)
      : pool(the_pool),
        clock(the_clock),
        url(std::move(the_url)),
        config(std::move(the_config)),
        tell(std::move(the_tell)),
        http(std::move(reactor), short_limits, the_clock),
        login_helper(config),
        credentials(the_pool, login_helper),
        settings(git::http_settings(config, url)) {}

  net::HttpRequest request(std::string_view place, const atom::Sha256::Value& name) const {
    std::string path = url.path();
    while (path.ends_with('/')) path.pop_back();
    net::HttpRequest out;
    out.url = url.origin() + path + "/" + std::string(place) + "/" + atom::hex(name);
    out.settings = settings;
    return out;
  }

  // The body of a hit, an empty optional for a miss. Throws Error.
  coro::Task<std::optional<std::string>> exchange(net::HttpRequest request) {
    const auto response =
        co_await net::send_with_logins(http, credentials, &url, std::move(request), traffic, &net::Traffic::requests);
    std::string body;
    const long status = response->status();
    if (is_hit(status)) {
      while (true) {
        const std::string_view bytes = co_await response->read();
        if (bytes.empty()) break;
        body += bytes;
      }
    } else {
      co_await net::drain(response.get());
    }
    traffic.bytes_received += response->bytes_received();
    traffic.bytes_sent += response->bytes_sent();
    if (is_hit(status)) co_return body;
    if (!is_miss(status)) throw net::status_error(status, url.origin(), response->retry_after());
    co_return std::nullopt;
  }

  coro::Task<std::optional<std::string>> exchange_in_time(net::HttpRequest request, std::uint64_t bytes) {
    const auto time = time_for(bytes);
    Error late(Kind::remote, url.origin() + ": no answer within " + std::to_string(time.count()) + " s");
    co_return co_await coro::timeout(time, exchange(std::move(request)), std::move(late), clock);
  }

  // `bytes` is the expected size of the larger body. Nothing for a miss and for a failure, of which the user is told.
  coro::Task<std::optional<std::string>> attempt(net::HttpRequest request, std::uint64_t bytes) {
    if (!breaker.lets_through(clock.now())) co_return std::nullopt;
    std::string why;
    try {
      const auto once = [&] { return exchange_in_time(request, bytes); };
      const std::function<void(const Error&)> again = [&](const Error& error) {
        ++traffic.retries;
        if (tell.detail) tell.detail(url.str() + ": retrying: " + error.message());
      };
      auto body = co_await coro::retry(three_tries, clock, once, again);
      breaker.succeeded();
      co_return body;
    } catch (const Error& error) {
      why = error.message();
    }
    breaker.failed(clock.now());
    fail(why);
    co_return std::nullopt;
  }

  // `expected` determines how long it may take.
  coro::Task<std::optional<std::string>> get_blob(atom::Sha256::Value digest, std::uint64_t limit,
                                                  std::uint64_t expected) {
    auto asked = request("cas", digest);
    asked.body_limit = limit;
    auto bytes = co_await attempt(std::move(asked), expected);
    if (!bytes) co_return std::nullopt;
    const bool same = co_await coro::offload(pool, [&] { return atom::Sha256::of(*bytes) == digest; });
    if (same) co_return bytes;
    fail("the content of cas/" + atom::hex(digest) + " does not match its name");
    co_return std::nullopt;
  }

  coro::Task<bool> put(net::HttpRequest request, std::string content) {
    const auto size = content.size();
    request.put = true;
    request.headers.emplace_back("Content-Type: application/octet-stream");
    request.body = std::move(content);
    request.body_limit = 64 << 10;
    const auto answer = co_await attempt(std::move(request), size);
    co_return answer.has_value();
  }

  void fail(const std::string& why) {
    const auto text = "cannot use the cache at " + url.str() + ": " + why;
    const auto& say = told ? tell.detail : tell.note;
    told = true;
    if (say) say(text);
  }

  coro::Pool& pool;
  coro::Clock& clock;
  atom::Url url;
  git::UserConfig config;
  Tell tell;
  bool told = false;
  net::HttpClient http;
  git::CredentialHelper login_helper;
  net::Credentials credentials;
  std::shared_ptr<const net::HttpSettings> settings;
  net::Traffic traffic;
  CircuitBreaker breaker;
};

RemoteCache::RemoteCache(coro::Executor reactor, coro::Pool& pool, coro::Clock& clock, atom::Url url,
                         git::UserConfig config, Tell tell)
    : parts_(std::make_unique<Parts>(std::move(reactor), pool, clock, std::move(url), std::move(config),
                                     std::move(tell))) {}

RemoteCache::~RemoteCache() = default;

const atom::Url& RemoteCache::url() const {
  return parts_->url;
}

const net::Traffic& RemoteCache::traffic() const {
  return parts_->traffic;
}

void RemoteCache::tell_failure(const std::string& why) {
  parts_->fail(why);
}

coro::Task<std::optional<ActionResult>> RemoteCache::result(atom::Sha256::Value key) {
  auto request = parts_->request("ac", key);
  request.body_limit = largest_result;
  const auto bytes = co_await parts_->attempt(std::move(request), 0);
  if (!bytes) co_return std::nullopt;
  auto out = read_action_result(*bytes);
  if (!out) parts_->fail("the entry ac/" + atom::hex(key) + " is damaged");
  co_return out;
}

coro::Task<std::optional<std::string>> RemoteCache::blob(RemoteBlob blob) {
  if (blob.size > largest_blob) co_return std::nullopt;
  auto bytes = co_await parts_->get_blob(blob.digest, blob.size, blob.size);
  if (!bytes || bytes->size() == blob.size) co_return bytes;
  parts_->fail("cas/" + atom::hex(blob.digest) + " has another size");
  co_return std::nullopt;
}

coro::Task<std::optional<std::string>> RemoteCache::file(atom::Sha256::Value digest) {
  return parts_->get_blob(digest, largest_blob, usual_file);
}

coro::Task<bool> RemoteCache::put_result(atom::Sha256::Value key, ActionResult result) {
  auto bytes = write_action_result(result);
  if (bytes.size() > largest_result) co_return false;
  auto request = parts_->request("ac", key);
  co_return co_await parts_->put(std::move(request), std::move(bytes));
}

coro::Task<bool> RemoteCache::put_blob(std::string content) {
  if (content.size() > largest_blob) co_return false;
  const auto digest = co_await coro::offload(parts_->pool, [&] { return atom::Sha256::of(content); });
  auto request = parts_->request("cas", digest);
  co_return co_await parts_->put(std::move(request), std::move(content));
}

}  // namespace eka::store
