#include "git/config/child_environment.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "tests/git/repository.h"

using namespace eka;

TEST_CASE("what binds git to another repository is dropped, configuration is kept") {
  // Every variable that this git calls local to a repository, and those that change what refs and paths mean.
  std::string names = git::test::shell("/", "git rev-parse --local-env-vars") +
                      "GIT_NAMESPACE\nGIT_LITERAL_PATHSPECS\nGIT_GLOB_PATHSPECS\nGIT_ICASE_PATHSPECS\n";
  std::vector<std::string> set;
  while (!names.empty()) {
    set.push_back(names.substr(0, names.find('\n')));
    names.erase(0, set.back().size() + 1);
    ::setenv(set.back().c_str(), "0", 1);
  }
  REQUIRE(set.size() > 10);
  const auto environment = git::child_environment();
  for (const auto& name : set) {
    CAPTURE(name);
    const bool is_configuration = name == "GIT_CONFIG_COUNT" || name == "GIT_CONFIG_PARAMETERS";
    CHECK(environment.contains(name) == is_configuration);
    ::unsetenv(name.c_str());
  }
}
