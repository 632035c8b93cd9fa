#include "engine/locate/locate.h"

#include <doctest/doctest.h>

using namespace eka;

namespace {

std::vector<atom::Version> versions(std::initializer_list<const char*> texts) {
  std::vector<atom::Version> out;
  for (const auto* text : texts) out.push_back(unwrap(atom::Version::parse(text)));
  return out;
}

Result<atom::Version> choose(const char* requirement, const std::vector<atom::Version>& offered) {
  return engine::choose_version(unwrap(atom::Label::parse("server")), unwrap(atom::Requirement::parse(requirement)),
                                offered);
}

}  // namespace

TEST_CASE("choose_version selects the highest matching version, in any input order") {
  const auto offered = versions({"1.2.0", "2.0.0", "1.10.0", "2.1.0-rc.1"});
  CHECK(choose("^1", offered)->str() == "1.10.0");
  CHECK(choose("*", offered)->str() == "2.0.0");
  CHECK(choose("=1.2.0", offered)->str() == "1.2.0");
  CHECK(choose("^2.1.0-rc", offered)->str() == "2.1.0-rc.1");
}

TEST_CASE("choose_version distinguishes a missing atom from a missing version") {
  const auto none = choose("*", {});
  REQUIRE_FALSE(none);
  CHECK(none.error().kind() == Kind::unsatisfiable);
  CHECK(none.error().message() == "no atom `server` in this set");
  const auto unmatched = choose("^9", versions({"1.2.0", "2.0.0"}));
  REQUIRE_FALSE(unmatched);
  CHECK(unmatched.error().kind() == Kind::unsatisfiable);
  CHECK(unmatched.error().hint() == "published: 2.0.0, 1.2.0");
}

TEST_CASE("a yanked version is not chosen, unless it is named exactly or by its revision") {
  const auto label = unwrap(atom::Label::parse("server"));
  const auto rev = [](const char* version) { return atom::ObjectId::of("commit", version); };
  engine::SetOffer offer{atom::ObjectId::of("commit", "set")};
  for (const auto& version : versions({"1.0.0", "1.1.0", "1.2.0"})) {
    offer.atoms[label].emplace(version, rev(version.str().c_str()));
  }
  const auto chosen = [&](const std::string& text) -> std::string {
    const auto uri = unwrap(atom::AtomUri::parse("::server" + text, atom::Aliases::defaults()));
    const auto found = engine::choose_published(offer, uri);
    return found ? found->version.str() : found.error().message();
  };
  const auto hint = [&](const std::string& text) {
    const auto uri = unwrap(atom::AtomUri::parse("file:///set.git::server" + text, atom::Aliases::defaults()));
    return engine::choose_published(offer, uri).error().hint();
  };
  CHECK(chosen("") == "1.2.0");
  offer.yanked[label].emplace(unwrap(atom::Version::parse("1.2.0")), rev("why"));
  CHECK(chosen("") == "1.1.0");
  CHECK(chosen("@^1") == "1.1.0");
  CHECK(chosen("@^1.2") == "no version of `server` satisfies ^1.2");
  CHECK(hint("@^1.2") == "1.2.0 is yanked: name it exactly to use it nevertheless: file:///set.git::server@=1.2.0");
  CHECK(!hint("@^2").contains("yanked"));
  CHECK(chosen("@=1.2.0") == "1.2.0");
  CHECK(chosen("@rev:" + rev("1.2.0").hex()) == "1.2.0");
  CHECK(chosen("@rev:" + rev("1.0.0").hex().substr(0, 8)) == "1.0.0");
  CHECK(chosen("@rev:0000000") == "no version of `server` has the revision 0000000");
  for (const auto& version : versions({"1.0.0", "1.1.0"})) offer.yanked[label].emplace(version, rev("why"));
  CHECK(chosen("") == "all versions of `server` are yanked");
  CHECK(hint("@^1.0") == "1.2.0 is yanked: name it exactly to use it nevertheless: file:///set.git::server@=1.2.0");
  CHECK(chosen("@=1.0.0") == "1.0.0");
}
