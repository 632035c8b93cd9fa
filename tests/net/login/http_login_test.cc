// Logins with a server that counts attempts.
#include "net/login/http_login.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/net/raw_server.h"

namespace eka::net {
namespace {

using test::RawServer;

constexpr const char* joe = "Authorization: Basic am9lOnMzY3JldA==";  // joe:s3cret

class Helper final : public LoginHelper {
 public:
  std::string scope(const atom::Url& url) const override { return url.user() + "@" + url.origin(); }
  coro::Task<std::optional<Login>> fill(atom::Url) override {
    ++asked;
    co_return login;
  }
  coro::Task<> approve(atom::Url, Login) override {
    ++approved;
    co_return;
  }
  coro::Task<> reject(atom::Url, Login) override {
    ++rejected;
    co_return;
  }

  std::optional<Login> login;
  int asked = 0, approved = 0, rejected = 0;
};

struct World {
  World() {
    const char* const home = std::getenv("HOME");
    home_before = home == nullptr ? "/" : home;
    setenv("HOME", "/nonexistent", 1);  // no netrc
  }
  ~World() { setenv("HOME", home_before.c_str(), 1); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // The statuses of this number of concurrent requests; 0 for one that was not sent.
  std::vector<long> ask(int times, const std::string& userinfo) {
    const atom::Url url =
        unwrap(atom::Url::parse("http://" + userinfo + server.url().substr(std::string("http://").size()) + "/r"));
    std::vector<coro::Task<long>> tasks;
    for (int i = 0; i < times; ++i) tasks.push_back(one(&url));
    return runtime.run(coro::all(std::move(tasks)));
  }
  coro::Task<long> one(const atom::Url* url) {
    HttpRequest request;
    request.url = server.url() + url->path();
    try {
      const auto response =
          co_await send_with_logins(client, credentials, url, std::move(request), traffic, &Traffic::requests);
      co_return response->status();
    } catch (const Error&) {
      co_return 0;
    }
  }

  std::string home_before;
  std::atomic<int> with_login = 0;
  RawServer server{[this](RawServer::Connection& connection, const std::string& request) {
    if (request.find("\r\nAuthorization:") != std::string::npos) ++with_login;
    const bool right = request.find(joe) != std::string::npos;
    return connection.send(test::http_response(right ? "200 OK" : "401 Unauthorized", "text/plain", "x"));
  }};
  coro::Runtime runtime{1};
  Helper helper;
  Credentials credentials{runtime.pool(), helper};
  HttpClient client{runtime.reactor()};
  Traffic traffic;
};

}  // namespace

TEST_CASE("logins: a wrong one is sent once for all concurrent requests") {
  World world;
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "wrong";
  CHECK(world.ask(20, "") == std::vector<long>(20, 401));
  CHECK(world.with_login == 1);
  CHECK(world.server.requests() == 21);
  CHECK(world.helper.asked == 1);
  CHECK(world.helper.rejected == 1);
  CHECK(world.helper.approved == 0);
}

TEST_CASE("logins: a correct one is tried by one request, then used by all") {
  World world;
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "s3cret";
  CHECK(world.ask(20, "") == std::vector<long>(20, 200));
  CHECK(world.with_login == 20);
  CHECK(world.helper.asked == 1);
  CHECK(world.helper.approved == 1);
}

TEST_CASE("logins: a user name alone is not a login") {
  World world;
  CHECK(world.ask(20, "joe@") == std::vector<long>(20, 401));
  CHECK(world.with_login == 0);
}

TEST_CASE("logins: one in the URL is sent at once, and only once if it is wrong") {
  World world;
  CHECK(world.ask(5, "joe:s3cret@") == std::vector<long>(5, 200));
  CHECK(world.with_login == 5);
  CHECK(world.server.requests() == 5);
  const std::vector<long> refused = world.ask(20, "joe:wrong@");
  CHECK(std::ranges::count(refused, 401) == 1);
  CHECK(std::ranges::count(refused, 0) == 19);
  CHECK(world.with_login == 6);
  CHECK(world.server.requests() == 6);
  CHECK(world.helper.asked == 0);
}

}  // namespace eka::net
