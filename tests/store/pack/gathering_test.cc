#include "store/pack/gathering.h"

#include <set>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using store::Gathering;

namespace {

// Writes strings; some fail, or throw something other than Error.
struct Scene {
  coro::Task<std::vector<std::optional<Error>>> write(std::vector<const std::string*> items) {
    co_await coro::yield(10);
    batches.push_back(items.size());
    std::vector<std::optional<Error>> failures(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (*items[i] == "throws") throw std::runtime_error("thrown");
      if (*items[i] == "fails") failures[i] = Error(Kind::failure, "refused");
      if (!failures[i]) written.insert(*items[i]);
    }
    co_return failures;
  }

  std::vector<std::size_t> batches;
  std::set<std::string> written;
  Gathering<std::string> gathering{[this](std::vector<const std::string*> items) { return write(std::move(items)); }};
};

coro::Task<> put(Scene* scene, std::string item, std::string* outcome) {
  try {
    co_await scene->gathering.write(std::move(item));
    *outcome = "ok";
  } catch (const Error& error) {
    *outcome = error.message();
  } catch (const std::runtime_error& error) {
    *outcome = error.what();
  } catch (...) {
    *outcome = "cancelled";
  }
}

}  // namespace

TEST_CASE("items added during a write are written together in the next batch") {
  Scene scene;
  std::vector<std::string> outcomes(5);
  const auto scenario = [](Scene* its, std::vector<std::string>* all) -> coro::Task<> {
    coro::TaskGroup group(co_await asio::this_coro::executor);
    group.start(put(its, "0", &all->at(0)));
    co_await coro::yield(8);
    for (std::size_t i = 1; i < 5; ++i) group.start(put(its, i == 3 ? "fails" : std::to_string(i), &all->at(i)));
    co_await group.join();
  };
  coro::Runtime(1).run(scenario(&scene, &outcomes));
  CHECK(scene.batches == std::vector<std::size_t>{1, 4});
  CHECK(outcomes == std::vector<std::string>{"ok", "ok", "ok", "refused", "ok"});
}

// Whatever happens to one writer, at any time: the others complete, and later ones are unaffected.
TEST_CASE("a writer that is cancelled, or whose batch throws, does not affect others") {
  for (int when = 0; when < 30; ++when) {
    for (const bool throws : {false, true}) {
      CAPTURE(when);
      CAPTURE(throws);
      Scene scene;
      std::string first, second, third, later;
      const auto scenario = [&](int moment) -> coro::Task<> {
        const auto executor = co_await asio::this_coro::executor;
        coro::TaskGroup leaving(executor), staying(executor);
        leaving.start(put(&scene, "first", &first));
        co_await coro::yield(8);
        leaving.start(put(&scene, throws ? "throws" : "second", &second));
        staying.start(put(&scene, "third", &third));
        co_await coro::yield(moment);
        leaving.cancel();
        co_await leaving.join();
        co_await staying.join();
        co_await put(&scene, "later", &later);
      };
      coro::Runtime(1).run(scenario(when));
      CHECK((third == "ok" || (throws && third == "thrown")));
      CHECK(scene.written.contains("third") == (third == "ok"));
      CHECK(later == "ok");
    }
  }
}
