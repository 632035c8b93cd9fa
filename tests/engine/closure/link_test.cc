#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/closure/closure.h"
#include "engine/plan/member_keys.h"

using namespace eka;
using engine::Closure;

namespace {

atom::ObjectId id(char digit) {
  return unwrap(atom::ObjectId::parse(std::string(40, digit)));
}
atom::Label label(std::string_view text) {
  return unwrap(atom::Label::parse(text));
}
atom::Tag tag(std::string_view text) {
  return unwrap(atom::Tag::parse(text));
}
atom::Url url(std::string_view text) {
  return unwrap(atom::Url::parse(text));
}

Closure::Member member(char set, char rev, std::string_view name, std::string_view version, const std::string& rest) {
  const auto text = fmt::format("[package]\nlabel = \"{}\"\nversion = \"{}\"\n{}", name, version, rest);
  auto manifest = std::make_shared<const atom::Manifest>(unwrap(atom::Manifest::parse(text, "atom.toml")));
  return {{id(set), manifest->label, manifest->version, id(rev)}, id(rev), manifest, {}, {}, {}};
}

const std::string plain = "[compose.as]\nnix = \".\"\n";
const std::string needs_auth =
    "[package.sets]\nours = [\"https://a.example/x\"]\n[compose.as]\nnix = \".\"\n[deps.from.ours]\nauth = \"^1\"\n";

Closure two(Closure::Member root, Closure::Member other) {
  Closure out;
  out.members.push_back(std::move(root));
  out.members.push_back(std::move(other));
  out.members[0].may_see = {1};
  return out;
}

}  // namespace

TEST_CASE("link finds a dependency by its label") {
  auto closure = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'b', "auth", "1.4.0", plain));
  REQUIRE(engine::link(closure));
  CHECK(closure.members[0].dependencies.at(tag("ours")).at(label("auth")) == 1);
  CHECK_FALSE(closure.members[0].composer);
}

TEST_CASE("link distinguishes sets with the same label by their mirrors") {
  auto closure = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'b', "auth", "1.4.0", plain));
  closure.members.push_back(member('3', 'c', "auth", "1.9.0", plain));
  closure.members[0].may_see = {1, 2};
  closure.mirrors[id('2')] = {url("https://b.example/y")};
  SUBCASE("the set with the mirror of the tag is selected") {
    closure.mirrors[id('3')] = {url("https://a.example/x")};
    REQUIRE(engine::link(closure));
    CHECK(closure.members[0].dependencies.at(tag("ours")).at(label("auth")) == 2);
  }
  SUBCASE("an unknown mirror selects no set") {
    const auto linked = engine::link(closure);
    REQUIRE_FALSE(linked);
    CHECK(linked.error().kind() == Kind::unsatisfiable);
  }
}

TEST_CASE("link accepts '::' only for the atom's own set") {
  const std::string local =
      "[package.sets]\nlocal = \"::\"\n[compose.as]\nnix = \".\"\n[deps.from.local]\nauth = \"*\"\n";
  auto same = two(member('1', 'a', "server", "1.0.0", local), member('1', 'b', "auth", "1.4.0", plain));
  CHECK(engine::link(same));
  auto other = two(member('1', 'a', "server", "1.0.0", local), member('2', 'b', "auth", "1.4.0", plain));
  CHECK_FALSE(engine::link(other));
}

TEST_CASE("link rejects a lock that is older than its manifest") {
  auto missing = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'b', "other", "1.4.0", plain));
  auto wrong = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'b', "auth", "2.0.0", plain));
  for (auto* closure : {&missing, &wrong}) {
    const auto linked = engine::link(*closure);
    REQUIRE_FALSE(linked);
    CHECK(linked.error().kind() == Kind::unsatisfiable);
    CHECK(linked.error().message().find("auth") != std::string::npos);
  }
}

TEST_CASE("link sets the composer") {
  const std::string composed =
      "[package.sets]\ntools = [\"https://a.example/x\"]\n[compose.with.atom-nix]\nfrom = \"tools\"\nversion = "
      "\"^0.4\"\n";
  auto closure = two(member('1', 'a', "lib", "1.0.0", composed), member('2', 'b', "atom-nix", "0.4.2", plain));
  REQUIRE(engine::link(closure));
  CHECK(closure.members[0].composer == 1);
}

TEST_CASE("member keys are equal exactly if the inputs visible to the atom are equal") {
  auto closure = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'b', "auth", "1.4.0", plain));
  auto newer = two(member('1', 'a', "server", "1.0.0", needs_auth), member('2', 'c', "auth", "1.5.0", plain));
  REQUIRE(engine::link(closure));
  REQUIRE(engine::link(newer));
  const auto keys = engine::member_keys(closure);
  CHECK(keys == engine::member_keys(closure));
  CHECK(keys[0] != keys[1]);
  CHECK(keys[0] != engine::member_keys(newer)[0]);  // the same revision with another dependency
}
