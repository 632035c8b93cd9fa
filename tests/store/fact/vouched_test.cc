// Yanked versions, as remotes reported them.
#include "store/fact/vouched.h"

#include <doctest/doctest.h>

#include "tests/temporary_directory.h"

using namespace eka;

TEST_CASE("yanked versions are remembered for each URL and genesis") {
  const test::TemporaryDirectory directory;
  store::Database database(directory.path() / "eka.db");
  store::Vouched vouched(database);
  const auto here = unwrap(atom::Url::parse("https://example.com/set.git"));
  const auto there = unwrap(atom::Url::parse("https://example.org/set.git"));
  const auto genesis = atom::ObjectId::of("commit", "genesis");
  const auto why = atom::ObjectId::of("blob", "why");
  const auto auth = unwrap(atom::Label::parse("auth")), log = unwrap(atom::Label::parse("log"));
  const auto version = [](const char* text) { return unwrap(atom::Version::parse(text)); };
  CHECK(vouched.yanked(here, genesis).empty());
  const store::Vouched::Yanked both{{auth, {{version("1.0.0"), why}, {version("2.0.0-rc.1"), why}}},
                                    {log, {{version("1.0.0"), why}}}};
  vouched.remember_yanked(here, genesis, both);
  CHECK(vouched.yanked(here, genesis) == both);
  CHECK(vouched.yanked(there, genesis).empty());
  CHECK(vouched.yanked(here, why).empty());
  vouched.remember_yanked(here, genesis, {{log, {{version("1.0.0"), why}}}});
  CHECK(vouched.yanked(here, genesis).size() == 1);
  vouched.remember_yanked(here, genesis, {});
  CHECK(vouched.yanked(here, genesis).empty());
  CHECK(database.count(store::Fact::yanked) == 0);
}
