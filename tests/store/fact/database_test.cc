#include "store/fact/database.h"

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

using namespace eka;
using namespace eka::store;

TEST_CASE("writes blocked by another process are kept in memory and written later") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  {
    Database database(file);
    database.put(Fact::genesis, "before", "1");
    Sqlite other(file);
    other.execute("BEGIN IMMEDIATE");
    database.put(Fact::genesis, "meanwhile", "2");
    database.put_all(Fact::genesis, {{"together", "3"}, {"too", "4"}});
    database.forget(Fact::genesis, "before");
    CHECK(database.get(Fact::genesis, "meanwhile") == "2");
    CHECK(database.get(Fact::genesis, "too") == "4");
    CHECK_FALSE(database.get(Fact::genesis, "before"));
    CHECK(database.warning().empty());
    other.execute("COMMIT");
    database.put(Fact::genesis, "after", "5");
  }
  Database next(file);
  for (const char* key : {"meanwhile", "together", "too", "after"}) CHECK(next.get(Fact::genesis, key));
  CHECK_FALSE(next.get(Fact::genesis, "before"));
}

TEST_CASE("pending writes are written by the destructor, if possible") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  for (const bool possible : {true, false}) {
    CAPTURE(possible);
    auto database = std::make_unique<Database>(file);
    database->forget_all(Fact::genesis);
    Sqlite other(file);
    other.execute("BEGIN IMMEDIATE");
    database->put(Fact::genesis, "key", "value");
    if (possible) other.execute("COMMIT");
    database.reset();
    if (!possible) other.execute("ROLLBACK");
    CHECK(Database(file).get(Fact::genesis, "key").has_value() == possible);
  }
}
