// What a machine observes of the lists of versions of remotes.
#include "store/fact/listings.h"

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

using namespace eka;

namespace {

using std::chrono::minutes;

class World {
 public:
  // What the remote answers, some minutes after a day began.
  void answer(const std::vector<std::string>& versions, minutes time) {
    std::vector<atom::Version> list;
    for (const auto& version : versions) list.push_back(unwrap(atom::Version::parse(version)));
    listings_.add(url_, genesis_, {{label_, std::move(list)}}, day_ + time);
  }
  store::Listing listing() { return listings_.get(url_, genesis_, {label_}).front(); }
  // Minutes after that day began; -1: never.
  int last_without(const std::string& version) {
    const auto time = listing().versions.at(unwrap(atom::Version::parse(version)));
    return time == store::Listing::Time{} ? -1 : minutes_of(time);
  }
  int answered() { return minutes_of(listing().answered); }

 private:
  int minutes_of(store::Listing::Time time) const {
    return static_cast<int>(std::chrono::duration_cast<minutes>(time - day_).count());
  }

  test::TemporaryDirectory directory_;
  store::Database database_{directory_.path() / "eka.db"};
  store::Listings listings_{database_};
  atom::Url url_ = unwrap(atom::Url::parse("https://example.com/set.git"));
  atom::ObjectId genesis_ = atom::ObjectId::of("commit", "genesis");
  atom::Label label_ = unwrap(atom::Label::parse("auth"));
  store::Listing::Time day_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};
};

}  // namespace

TEST_CASE("a version that appears was published after the last answer without it") {
  World world;
  CHECK(world.listing().versions.empty());
  world.answer({"1.0.0", "1.1.0"}, minutes(10));
  CHECK(world.last_without("1.0.0") == -1);
  world.answer({"1.0.0", "1.1.0", "1.2.0"}, minutes(200));
  CHECK(world.last_without("1.1.0") == -1);
  CHECK(world.last_without("1.2.0") == 10);
  SUBCASE("whatever is answered later") {
    world.answer({}, minutes(300));
    world.answer({"1.2.0"}, minutes(400));
    CHECK(world.last_without("1.2.0") == 10);
    CHECK(world.answered() == 400);
  }
  SUBCASE("also the first version of an atom") {
    World empty;
    empty.answer({}, minutes(10));
    empty.answer({"1.0.0"}, minutes(20));
    CHECK(empty.last_without("1.0.0") == 10);
  }
}

TEST_CASE("an answer without news is stored once an hour, and a clock that is turned back changes nothing") {
  World world;
  world.answer({"1.0.0"}, minutes(10));
  world.answer({"1.0.0"}, minutes(69));
  CHECK(world.answered() == 10);
  world.answer({"1.0.0"}, minutes(70));
  CHECK(world.answered() == 70);
  world.answer({"1.0.0", "1.1.0"}, minutes(20));
  CHECK(world.answered() == 70);
  CHECK(world.last_without("1.1.0") == 70);
}

TEST_CASE("what cannot be read of a listing is left out") {
  const auto listing = store::read_listing("x\n1.0.0 5\nrubbish\n1.x 7\n1.1.0 -3\n");
  CHECK(listing.answered == store::Listing::Time{});
  CHECK(listing.versions.size() == 2);
  CHECK(store::write_listing(listing) == "0\n1.0.0 5\n1.1.0 0\n");
}
