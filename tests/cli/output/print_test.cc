#include "cli/output/print.h"

#include <doctest/doctest.h>

using namespace eka;
using cli::Text;

TEST_CASE("text never contains terminal control characters, whatever it is made from") {
  const std::string hostile = "a\x1b]52;c;QQ==\x07\xc2\x9b\xe2\x80\xae\x7f\xff\rb";
  const std::string shown = "a\\x1b]52;c;QQ==\\x07\\xc2\\x9b\\xe2\\x80\\xae\\x7f\\xff\\x0db";
  CHECK(Text(hostile).bytes() == shown);
  CHECK((Text("x ") + hostile + "\n").bytes() == "x " + shown + "\n");
  Text text;
  text += hostile;
  CHECK(text.bytes() == shown);
  CHECK(Text::styled("1;31", hostile).bytes() == "\x1b[1;31m" + shown + "\x1b[0m");
}

TEST_CASE("control characters in JSON are printed as \\u escapes") {
  atom::Json document;
  document["a"] = "\x1b\xc2\x9b\xe2\x80\xae\xff";
  CHECK(Text::line(document).bytes() == "{\"a\":\"\\u001b\\u009b\\u202e\xef\xbf\xbd\"}");
  CHECK(Text::pretty(document).bytes() == "{\n  \"a\": \"\\u001b\\u009b\\u202e\xef\xbf\xbd\"\n}\n");
}
