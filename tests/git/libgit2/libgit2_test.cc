#include "git/libgit2/libgit2.h"

#include <doctest/doctest.h>

namespace eka::git {

TEST_CASE("libgit2: an error contains the message of libgit2") {
  const Libgit2 library;
  try {
    make<RepositoryHandle>(Kind::remote, "open", git_repository_open_bare, "/nonexistent/\x1b[31mrepo");
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::remote);
    CHECK(error.message().starts_with("open: "));
    CHECK(error.message().contains("\\x1b[31mrepo"));
  }
}

TEST_CASE("libgit2: guards nest, and ids keep their bytes") {
  const Libgit2 outer;
  {
    const Libgit2 inner;
  }
  const git_oid oid{.id = {1, 2, 3}};
  const git_oid same = to_oid(from_oid(oid));
  CHECK(git_oid_equal(&oid, &same) == 1);
}

}  // namespace eka::git
