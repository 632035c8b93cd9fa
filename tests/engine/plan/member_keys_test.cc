#include "engine/plan/member_keys.h"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace eka;

namespace {

using Index = engine::Closure::Index;

// Members by number; each `edges[i]` lists what member i depends on. `versions[i]` is part of its revision.
engine::Closure closure(const std::vector<std::vector<Index>>& edges, const std::vector<int>& versions = {}) {
  const auto tag = unwrap(atom::Tag::parse("s"));
  engine::Closure out;
  for (Index i = 0; i < edges.size(); ++i) {
    const auto label = unwrap(atom::Label::parse(fmt::format("atom-{}", i)));
    const auto rev = atom::ObjectId::of("blob", fmt::format("{} {}", i, i < versions.size() ? versions[i] : 0));
    const atom::Version version(1, 0, 0);
    const auto manifest = std::make_shared<const atom::Manifest>(atom::Manifest{.label = label, .version = version});
    engine::Closure::Member member{
        {atom::ObjectId::of("blob", "set"), label, version, rev}, {}, manifest, {}, {}, {}, {}};
    for (const auto other : edges[i]) {
      member.dependencies[tag].emplace(unwrap(atom::Label::parse(fmt::format("atom-{}", other))), other);
    }
    out.members.push_back(std::move(member));
  }
  return out;
}

std::set<Index> changed(const engine::Closure& before, const engine::Closure& after) {
  const auto old_keys = engine::member_keys(before), new_keys = engine::member_keys(after);
  std::set<Index> out;
  for (Index i = 0; i < old_keys.size(); ++i) {
    if (old_keys[i] != new_keys[i]) out.insert(i);
  }
  return out;
}

}  // namespace

TEST_CASE("a change of a member changes the keys of all that reach it, and no others") {
  const std::vector<std::vector<Index>> edges = {{1, 2}, {3}, {3, 4}, {5}, {}, {}};
  CHECK(changed(closure(edges), closure(edges)).empty());
  CHECK(changed(closure(edges), closure(edges, {0, 0, 0, 0, 0, 1})) == std::set<Index>{0, 1, 2, 3, 5});
  CHECK(changed(closure(edges), closure(edges, {0, 0, 0, 0, 1, 0})) == std::set<Index>{0, 2, 4});
  CHECK(changed(closure(edges), closure(edges, {1})) == std::set<Index>{0});
}

TEST_CASE("members that depend on one another have keys of their own, which cover one another") {
  // 1, 2 and 3 form a cycle, 3 depends on 4; 5 depends on itself.
  const std::vector<std::vector<Index>> edges = {{1}, {2}, {3, 5}, {1, 4}, {}, {5}};
  const auto keys = engine::member_keys(closure(edges));
  CHECK(std::set(keys.begin(), keys.end()).size() == keys.size());
  CHECK(changed(closure(edges), closure(edges, {0, 1})) == std::set<Index>{0, 1, 2, 3});
  CHECK(changed(closure(edges), closure(edges, {0, 0, 0, 0, 1})) == std::set<Index>{0, 1, 2, 3, 4});
  CHECK(changed(closure(edges), closure(edges, {0, 0, 0, 0, 0, 1})) == std::set<Index>{0, 1, 2, 3, 5});
}

TEST_CASE("keys do not depend on the place of a member") {
  // The same graph as part of another closure: 0 -> 1, 0 -> 2, 2 -> 1.
  const auto alone = engine::member_keys(closure({{1, 2}, {}, {1}}));
  const auto among = engine::member_keys(closure({{1, 2}, {}, {1}, {0, 4}, {2}}));
  for (Index i = 0; i < alone.size(); ++i) CHECK(alone[i] == among[i]);
}

TEST_CASE("a closure may be as deep as it has members") {
  std::vector<std::vector<Index>> edges;
  for (Index i = 0; i + 1 < 20'000; ++i) edges.push_back({i + 1});
  edges.push_back({});
  const auto keys = engine::member_keys(closure(edges));
  CHECK(std::set(keys.begin(), keys.end()).size() == keys.size());
}
