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
  std::string scope(const atom::Url& url) const override {
    return url.user() + "@" + url.origin() + (by_path ? url.path() : "");
  }
  coro::Task<std::optional<Login>> fill(atom::Url url) override {
    ++asked;
    std::optional<Login> found = login;
    if (found && !differs_in.empty()) found->password += url.path().substr(differs_in.size());
    co_return found;
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
  bool by_path = false;
  std::string differs_in;  // the password is another for each path, after this prefix
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
  // The same for different repositories.
  std::vector<long> ask_each(int repositories, const std::string& userinfo) {
    std::vector<atom::Url> urls;
    for (int i = 0; i < repositories; ++i) {
      urls.push_back(unwrap(atom::Url::parse("http://" + userinfo + server.url().substr(std::string("http://").size()) +
                                             "/r" + std::to_string(i))));
    }
    std::vector<coro::Task<long>> tasks;
    for (const atom::Url& url : urls) tasks.push_back(one(&url));
    return runtime.run(coro::all(std::move(tasks)));
  }
  coro::Task<long> one(const atom::Url* url) {
    HttpRequest request;
    request.url = server.url() + url->path();
    request.settings = settings;
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
  std::shared_ptr<const HttpSettings> settings;
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

TEST_CASE("logins: a helper's answer without a password, or without a user, is not a login") {
  for (const bool no_password : {true, false}) {
    World world;
    world.helper.login.emplace();
    (no_password ? world.helper.login->user : world.helper.login->password) = "bob";
    CHECK(world.ask(20, "bob@") == std::vector<long>(20, 401));
    CHECK(world.with_login == 0);
    CHECK(world.helper.rejected == 0);
  }
}

TEST_CASE("logins: a wrong one is sent once to a host, also where each repository has its own scope") {
  World world;
  world.helper.by_path = true;
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "wrong";
  CHECK(world.ask_each(21, "") == std::vector<long>(21, 401));
  CHECK(world.with_login == 1);
  CHECK(world.helper.rejected == 1);  // for the path where it was tried
  CHECK(world.ask_each(21, "") == std::vector<long>(21, 401));
  CHECK(world.with_login == 1);
}

TEST_CASE("logins: a correct one is tried once for a host, also where each repository has its own scope") {
  World world;
  world.helper.by_path = true;
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "s3cret";
  CHECK(world.ask_each(21, "") == std::vector<long>(21, 200));
  CHECK(world.helper.asked == 21);
  CHECK(world.helper.approved == 21);
}

TEST_CASE("logins: after three refused ones no more are tried") {
  World world;
  world.helper.by_path = true;
  world.helper.differs_in = "/r";
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "wrong";
  CHECK(world.ask_each(21, "") == std::vector<long>(21, 401));
  CHECK(world.with_login == 3);
}

TEST_CASE("logins: a wrong one in a configured header is sent once") {
  World world;
  auto settings = std::make_shared<HttpSettings>();
  settings->headers = {"X-Other: 1", "AUTHORIZATION: basic bm9ib2R5OndoYXQ="};
  world.settings = settings;
  world.helper.login.emplace();
  world.helper.login->user = "joe";
  world.helper.login->password = "s3cret";
  const std::vector<long> refused = world.ask_each(21, "");
  CHECK(std::ranges::count(refused, 401) == 1);
  CHECK(std::ranges::count(refused, 0) == 20);
  CHECK(world.server.requests() == 1);
  CHECK(world.helper.asked == 0);

  auto right = std::make_shared<HttpSettings>();
  right->headers = {joe};
  world.settings = right;
  CHECK(world.ask_each(21, "") == std::vector<long>(21, 200));
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
