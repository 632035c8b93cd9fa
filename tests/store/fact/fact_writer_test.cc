#include "store/fact/fact_writer.h"

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "coro/run/pool.h"
#include "store/fact/database.h"
#include "tests/temporary_directory.h"

using namespace eka;
using namespace eka::store;

namespace {

// A pool whose functions run when the test says so, on its thread.
struct LatePool {
  asio::io_context context;
  coro::Pool pool{[this] { return coro::Executor(context.get_executor()); }};
  void run_all() {
    context.restart();
    context.run();
  }
};

const auto fact = Fact::genesis;

}  // namespace

TEST_CASE("changes are written on the pool only, and read from memory until then") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  LatePool place;
  Database database(file, place.pool);
  database.put_all(fact, {{"a", "1"}, {"b", "2"}});
  database.put(fact, "b", "3");
  database.forget(fact, "a");
  const auto sees_the_changes = [&] {
    CHECK(database.get(fact, "b") == "3");
    CHECK_FALSE(database.get(fact, "a"));
    CHECK(database.get_all(fact, {"b", "a"}) == std::vector<std::optional<std::string>>{"3", std::nullopt});
    CHECK(database.all(fact) == std::vector<std::pair<std::string, std::string>>{{"b", "3"}});
  };
  sees_the_changes();
  CHECK(Database(file).all(fact).empty());

  place.run_all();
  sees_the_changes();
  CHECK(Database(file).get(fact, "b") == "3");

  database.forget(fact, "b");
  CHECK(database.all(fact).empty());
  CHECK(Database(file).get(fact, "b") == "3");
  place.run_all();
  CHECK_FALSE(Database(file).get(fact, "b"));
}

TEST_CASE("changes that another process blocks are written with the next one") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  LatePool place;
  Database database(file, place.pool);
  Sqlite other(file);
  other.execute("BEGIN IMMEDIATE");
  database.put(fact, "a", "1");
  place.run_all();
  CHECK(database.get(fact, "a") == "1");
  CHECK_FALSE(Database(file).get(fact, "a"));
  other.execute("COMMIT");
  database.put(fact, "b", "2");
  place.run_all();
  CHECK(Database(file).all(fact).size() == 2);
  CHECK(database.warning().empty());
}

TEST_CASE("the rest is written when the database is closed or destroyed, and later functions on the pool do nothing") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  LatePool place;
  {
    Database database(file, place.pool);
    database.put(fact, "a", "1");
    database.close();
    CHECK(Database(file).get(fact, "a") == "1");
    database.put(fact, "too late", "2");
    database.put(fact, "a", "3");
  }
  std::make_unique<Database>(file, place.pool)->put(fact, "b", "4");
  CHECK(Database(file).all(fact) == std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", "4"}});
  Database(file).forget(fact, "a");
  place.run_all();
  CHECK(Database(file).all(fact).size() == 1);
}

TEST_CASE("a damaged file is noted, and the next database starts with an empty one") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  LatePool place;
  Database database(file, place.pool);
  std::ofstream(file, std::ios::trunc) << std::string(100'000, 'x');
  database.put(fact, "a", "1");
  place.run_all();
  CHECK(database.warning().starts_with("cannot use eka.db in the cache: "));
  database.close();
  CHECK(Database(file).warning().empty());
}

TEST_CASE("several threads: nothing is lost between memory and the file") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  coro::Pool pool(2);
  Database database(file, pool);
  for (int i = 0; i < 300; ++i) {
    const auto key = std::to_string(i);
    database.put(fact, key, key);
    REQUIRE(database.get(fact, key) == key);
    REQUIRE(database.get_all(fact, {std::to_string(i / 2)}).at(0) == std::to_string(i / 2));
  }
  CHECK(database.all(fact).size() == 300);
  database.close();
  CHECK(Database(file).all(fact).size() == 300);
}
