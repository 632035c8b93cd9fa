#include "git/wire/ref.h"

#include <doctest/doctest.h>

namespace eka::git {
namespace {

std::vector<Ref> named(std::initializer_list<const char*> names) {
  std::vector<Ref> out;
  for (const char* name : names) out.push_back({.name = name, .id = {}, .peeled = {}, .symref_target = {}});
  return out;
}

std::string meant(std::string_view short_name, std::initializer_list<const char*> names) {
  const auto refs = named(names);
  const Ref* found = find_ref(refs, short_name);
  return found == nullptr ? "" : found->name;
}

}  // namespace

TEST_CASE("a short ref name expands as in git") {
  CHECK(meant("main", {"refs/heads/main", "refs/remotes/main", "refs/tags/main"}) == "refs/tags/main");
  CHECK(meant("main", {"refs/heads/main", "refs/main", "refs/tags/main"}) == "refs/main");
  CHECK(meant("main", {"refs/heads/main", "refs/remotes/main"}) == "refs/heads/main");
  CHECK(meant("main", {"refs/remotes/main", "refs/remotes/main/HEAD"}) == "refs/remotes/main");
  CHECK(meant("origin", {"refs/heads/origin/x", "refs/remotes/origin/HEAD"}) == "refs/remotes/origin/HEAD");
  CHECK(meant("HEAD", {"HEAD", "refs/heads/HEAD"}) == "HEAD");
  CHECK(meant("refs/heads/main", {"refs/heads/main"}) == "refs/heads/main");
  CHECK(meant("feature/x", {"refs/heads/feature/x"}) == "refs/heads/feature/x");
}

TEST_CASE("a short name never matches part of another name") {
  CHECK(meant("main", {"refs/heads/main2", "refs/heads/x/main"}).empty());
  CHECK(meant("main", {}).empty());
}

TEST_CASE("invalid ref names do not expand") {
  for (const char* bad : {"", "a..b", "a b", "-\x1b", "x.lock", "/x", "x/"}) {
    CAPTURE(bad);
    CHECK(full_names(bad).empty());
  }
}

}  // namespace eka::git
