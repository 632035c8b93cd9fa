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

TEST_CASE("errors with the same cause are printed once") {
  const auto failed = [](const std::string& why, const std::string& atom, const std::string& uri) {
    return Error(Kind::remote, why)
        .within("fetching from http://h/s.git")
        .within("fetching " + atom)
        .within("planning " + uri);
  };
  const cli::Palette palette(cli::Color::never);
  std::vector<Error> errors;
  errors.push_back(failed("down", "a 1.0.0", "h::a").with_hint("wait"));
  errors.push_back(failed("other", "b 1.0.0", "h::b"));
  errors.push_back(failed("down", "a 1.0.0", "h::c").with_hint("wait"));
  CHECK(cli::describe(errors, palette).bytes() ==
        "error: down\n  while fetching from http://h/s.git\n  while fetching a 1.0.0\n  while planning h::a and h::c\n"
        "  help: wait\n"
        "error: other\n  while fetching from http://h/s.git\n  while fetching b 1.0.0\n  while planning h::b\n");

  errors.clear();
  for (int i = 0; i < 25'000; ++i) {
    errors.push_back(failed("down", std::to_string(i), "h::a" + std::to_string(i)));
  }
  const std::string many = cli::describe(errors, palette).bytes();
  CHECK(many.size() < 1000);
  CHECK(many.contains("while planning h::a0, h::a1, "));
  CHECK(many.contains(" and 24990 more\n"));
  CHECK(cli::describe(std::vector<Error>{}, palette).bytes().empty());
}

TEST_CASE("control characters are not printed") {
  const auto text = cli::describe(Error(Kind::remote, "\x1b]52;c;AAAA\x07"), cli::Palette(cli::Color::never)).bytes();
  CHECK(text == "error: \\x1b]52;c;AAAA\\x07\n");
}
