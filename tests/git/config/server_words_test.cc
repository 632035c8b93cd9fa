#include "git/config/server_words.h"

#include <doctest/doctest.h>

using namespace eka;

namespace {

const std::vector<std::string> refs{"refs/eka/atoms/a/0.1.0", "refs/eka/atoms/a/0.1.0-rc.1", "refs/eka/atoms/b/1.0.0"};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines of an update hook belong to the ref that git names after them") {
  const auto words = git::read_server_words(
      "remote: a is frozen        \n"
      "remote: error: hook declined to update refs/eka/atoms/a/0.1.0        \n"
      "remote: b has no owner\n"
      "remote: error: hook declined to update refs/eka/atoms/b/1.0.0\n"
      "To http://host/set.git\n"
      "! [remote rejected] …\n"
      "error: failed to push some refs to 'http://host/set.git'\n",
      refs);
  REQUIRE(words.by_ref.size() == 2);
  CHECK(words.by_ref.at(refs[0]) == Lines{"a is frozen", "error: hook declined to update refs/eka/atoms/a/0.1.0"});
  CHECK(words.by_ref.at(refs[2]) == Lines{"b has no owner", "error: hook declined to update refs/eka/atoms/b/1.0.0"});
  CHECK(words.general.empty());
}

TEST_CASE("lines that name no ref are general, progress and empty lines are dropped") {
  const auto words = git::read_server_words(
      "remote: Resolving deltas:  50% (1/2)\rremote: Resolving deltas: 100% (2/2)\n"
      "remote:\nremote: \nremote: GitLab: you may not push here.\nremote:   indented\n",
      refs);
  CHECK(words.by_ref.empty());
  CHECK(words.general == Lines{"GitLab: you may not push here.", "indented"});
}

TEST_CASE("a ref is not confused with one whose name it begins") {
  CHECK(git::read_server_words("remote: no refs/eka/atoms/a/0.1.0-rc.1!\n", refs).by_ref.contains(refs[1]));
  CHECK_FALSE(git::read_server_words("remote: no refs/eka/atoms/a/0.1.0-rc.1!\n", refs).by_ref.contains(refs[0]));
  CHECK(git::read_server_words("remote: see refs/eka/atoms/a/0.1.0.\n", refs).by_ref.contains(refs[0]));
  CHECK(git::read_server_words("remote: refs/eka/atoms/a/0.1.00\n", refs).by_ref.empty());
}

TEST_CASE("control characters of a server do not reach the terminal") {
  const auto words = git::read_server_words("remote: \x1b[2J\x1b[1mhi\n", refs);
  REQUIRE(words.general.size() == 1);
  CHECK(words.general.front().find('\x1b') == std::string::npos);
}
