// What completion reads of the database: sets and versions that earlier runs have seen.
#include "store/fact/known.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "store/fact/database.h"
#include "store/fact/vouched.h"
#include "tests/temporary_directory.h"

using namespace eka;

namespace {

atom::ObjectId id(char digit) {
  return unwrap(atom::ObjectId::parse(std::string(40, digit)));
}

store::AtomName name(const char* label, const char* version) {
  return {unwrap(atom::Label::parse(label)), unwrap(atom::Version::parse(version)), id('c')};
}

}  // namespace

TEST_CASE("the versions that a remote reported are known, for the genesis last seen there") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  CHECK(store::known_sets(file).empty());
  CHECK_FALSE(std::filesystem::exists(file));
  const auto here = unwrap(atom::Url::parse("https://example.com/set.git"));
  const auto there = unwrap(atom::Url::parse("https://example.org/with%20space"));
  {
    store::Database database(file);
    store::Vouched vouched(database);
    vouched.remember_genesis(here, id('a'));
    vouched.remember(here, id('a'), {name("log", "1.2.0"), name("log", "1.10.0"), name("auth", "1.0.0")});
    vouched.remember(here, id('b'), {name("old", "1.0.0")});     // of a genesis that is no longer there
    vouched.remember(there, id('a'), {name("other", "1.0.0")});  // whose genesis was never seen
  }
  const auto sets = store::known_sets(file);
  REQUIRE(sets.size() == 1);
  CHECK(sets.front().url == here.str());
  REQUIRE(sets.front().atoms.size() == 2);
  const auto& versions = sets.front().atoms.at(unwrap(atom::Label::parse("log")));
  REQUIRE(versions.size() == 2);
  CHECK(versions.back().str() == "1.10.0");
}

TEST_CASE("a damaged database is known to contain nothing, and stays as it is") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "eka.db";
  std::ofstream(file) << "not a database";
  CHECK(store::known_sets(file).empty());
  CHECK(std::filesystem::file_size(file) == 14);
}
