// Syntax errors of TOML in words that say what to mend.
#include <string>

#include <doctest/doctest.h>

#include "atom/toml/toml.h"
#include "atom/toml/toml_edit.h"

using namespace eka;

namespace {

std::string failure(const std::string& text) {
  try {
    const atom::TomlDocument document(text, "f", Kind::usage, atom::TomlLimits{});
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a string, an array or a table that is not closed is reported as such") {
  CHECK(failure("a = \"x\nb = 1\n") == "f:1:7: this string is not closed");
  CHECK(failure("a = \"x\r\nb = 1\r\n") == "f:1:7: this string is not closed");
  CHECK(failure("a = 'x\nb = 1\n") == "f:1:7: this string is not closed");
  CHECK(failure("a = 'x") == "f:1:7: this string is not closed");
  CHECK(failure("a = \"xä\n") == "f:1:8: this string is not closed");
  CHECK(failure("a = \"\"\"x\n").ends_with(": this string is not closed"));
  CHECK(failure("a = '''x\n").ends_with(": this string is not closed"));
  CHECK(failure("\"a = 1\n") == "f:1:7: this string is not closed");
  CHECK(failure("a = [1,").ends_with(": this array is not closed"));
  CHECK(failure("a = {b = 1\n").ends_with(": this inline table is not closed on its line"));
}

TEST_CASE("other syntax errors name the place and no internals of the parser") {
  CHECK(failure("a = \"x\x01\"\n") ==
        "f:1:7: this string contains a control character; write it as an escape such as \\u0001");
  CHECK(failure("# \x01\n") == "f:1:3: this comment contains a control character");
  CHECK(failure("a = \xe2\x80\x9cx\xe2\x80\x9d\n") == "f:1:5: this is not a TOML value; text must be in quotes");
  CHECK(failure("a = \n") == "f:1:5: in this key-value pair: expected value, but the line ends");
  CHECK(failure("a = \"\xff\"\n") == "f:1:5: invalid UTF-8");
  CHECK(failure("a = tru\n") == "f:1:8: in this boolean: expected 'true', saw 'tru'");
  const auto edited = atom::set_entry("a = \"x\n", {"b"}, "1");
  REQUIRE_FALSE(edited);
  CHECK(edited.error().message() == "line 1, column 7: this string is not closed");
}
