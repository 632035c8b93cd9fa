#include "cli/output/complain.h"

#include <doctest/doctest.h>

using namespace eka;
using cli::exit_code;

TEST_CASE("exit codes: the most severe of several errors") {
  CHECK(exit_code(std::vector<Error>{}) == 0);
  CHECK(exit_code({Error(Kind::failure, "")}) == 1);
  CHECK(exit_code({Error(Kind::usage, "")}) == 2);
  CHECK(exit_code({Error(Kind::failure, ""), Error(Kind::usage, "")}) == 1);
  CHECK(exit_code({Error(Kind::unsatisfiable, ""), Error(Kind::failure, "")}) == 3);
  CHECK(exit_code({Error(Kind::integrity, ""), Error(Kind::remote, "")}) == 6);
  CHECK(exit_code({Error(Kind::offline, ""), Error(Kind::integrity, "")}) == 7);
}

TEST_CASE("an error is printed as message, context and help") {
  auto error = Error(Kind::remote, "first\nsecond").within("fetching x").within("planning y").with_hint("try again");
  CHECK(cli::describe(error, cli::Palette(cli::Color::never)).bytes() ==
        "error: first\n       second\n  while fetching x\n  while planning y\n  help: try again\n");
}

TEST_CASE("control characters are not printed") {
  const auto text = cli::describe(Error(Kind::remote, "\x1b]52;c;AAAA\x07"), cli::Palette(cli::Color::never)).bytes();
  CHECK(text == "error: \\x1b]52;c;AAAA\\x07\n");
}
