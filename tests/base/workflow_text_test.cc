#include "base/workflow_text.h"

#include <doctest/doctest.h>

namespace eka {
namespace {

TEST_CASE("what the runner would take for a command is escaped") {
  CHECK(without_workflow_commands("::error::x") == "\\x3a:error::x");
  CHECK(without_workflow_commands("a\n \t::set-env name=PATH::x\n") == "a\n \t\\x3a:set-env name=PATH::x\n");
  CHECK(without_workflow_commands("a\r::stop-commands::x") == "a\r\\x3a:stop-commands::x");
  // A space without ASCII (U+2003), and one before that.
  CHECK(without_workflow_commands(" \u2003::error::x") == " \u2003\\x3a:error::x");
  CHECK(without_workflow_commands("a ##[error]x ###[debug]y") == "a #\\x23[error]x ##\\x23[debug]y");
  CHECK(without_workflow_commands(":::error::") == "\\x3a::error::");
}

TEST_CASE("other text is unchanged") {
  for (const char* text : {"", "\n\n", "planning https://a.example/s.git::server", "a :: b", "## [x]", "# #[x]",
                           "error: x\n  while planning ::server\n", "/nix/store/x\n"}) {
    CHECK(without_workflow_commands(text) == text);
  }
}

TEST_CASE("nothing that was escaped is a command again, wherever it is cut") {
  const std::string text = "a\n::x::\n ##[y]\n\t:::z";
  const std::string safe = without_workflow_commands(text);
  CHECK(without_workflow_commands(safe) == safe);
}

TEST_CASE("parts of a command are escaped as the runner expects") {
  CHECK(workflow_property("a:b,c%\r\n") == "a%3Ab%2Cc%25%0D%0A");
  CHECK(workflow_message("a:b,c%\r\n::error::") == "a:b,c%25%0D%0A::error::");
}

}  // namespace
}  // namespace eka
