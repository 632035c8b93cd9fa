#include "atom/names/atom_id.h"

#include <doctest/doctest.h>

#include "tests/atom/vectors.h"

using namespace eka::atom;

TEST_CASE("atom ids match published ones") {
  const Vectors vectors("ids.json");
  int cases = 0;
  for (const auto element : (*vectors).get_array()) {
    const auto genesis = ObjectId::parse(text_of(element["genesis"])).value();
    const auto label = Label::parse(text_of(element["label"])).value();
    const AtomId id(genesis, label);
    CHECK(id.str() == text_of(element["id"]));
    CHECK(AtomId::parse(id.str()).value() == id);
    ++cases;
  }
  CHECK(cases == 5);
}

TEST_CASE("invalid ids are rejected") {
  const std::string id = "r3rlam6bd31t9i04ggug7avs8vf8981q7a3b6gobemk1gfs50qm0";
  CHECK(AtomId::parse(id));
  CHECK_FALSE(AtomId::parse(""));
  CHECK_FALSE(AtomId::parse(id.substr(1)));
  CHECK_FALSE(AtomId::parse("R" + id.substr(1)));
  CHECK_FALSE(AtomId::parse(id.substr(0, 51) + "1"));  // bits beyond the last byte
}
