#include "resolve/version_set.h"

#include <set>

#include <doctest/doctest.h>

using eka::resolve::VersionSet;

namespace {

VersionSet of(std::uint32_t size, const std::set<VersionSet::Member>& members) {
  VersionSet set(size);
  for (const auto m : members) set.insert(m);
  return set;
}

}  // namespace

TEST_CASE("version sets of one and of several words") {
  for (const std::uint32_t size : {3U, 63U, 64U, 65U, 128U, 300U}) {
    CAPTURE(size);
    const VersionSet all = VersionSet::all(size), none(size), last = VersionSet::only(size, size - 1);
    CHECK(all.count() == size);
    CHECK(all.is_all());
    CHECK(none.is_empty());
    CHECK(all.complement() == none);
    CHECK(last.highest() == size - 1);
    CHECK(last.complement().highest() == size - 2);
    CHECK(last.subset_of(all));
    CHECK_FALSE(all.subset_of(last));
    CHECK(last.disjoint_from(last.complement()));
    CHECK((last | last.complement()).is_all());
    CHECK((all - last).count() == size - 1);
    CHECK((all & last) == last);
  }
}

TEST_CASE("a set without member 0 means that the package is selected") {
  CHECK(of(4, {1, 3}).is_positive());
  CHECK_FALSE(of(4, {0, 3}).is_positive());
  CHECK_FALSE(of(4, {1, 3}).complement().is_positive());
}

TEST_CASE("sets are copied and moved with their words") {
  VersionSet wide = of(200, {0, 70, 199});
  VersionSet copy = wide;
  copy.erase(70);
  CHECK(wide.contains(70));
  CHECK_FALSE(copy.contains(70));
  VersionSet moved = std::move(wide);
  CHECK(moved == of(200, {0, 70, 199}));
  moved = copy;
  CHECK(moved == of(200, {0, 199}));
  moved = of(3, {1});
  CHECK(moved.highest() == 1);
}
