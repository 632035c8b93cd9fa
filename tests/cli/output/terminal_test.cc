#include "cli/output/terminal.h"

#include <doctest/doctest.h>

using eka::cli::wants_color;

TEST_CASE("color by default: on a terminal that is not dumb, unless the environment says otherwise") {
  CHECK(wants_color(true, nullptr, nullptr, "xterm"));
  CHECK(wants_color(true, nullptr, nullptr, nullptr));
  CHECK_FALSE(wants_color(false, nullptr, nullptr, "xterm"));
  CHECK_FALSE(wants_color(true, nullptr, nullptr, "dumb"));
  CHECK_FALSE(wants_color(true, "1", nullptr, "xterm"));
  CHECK(wants_color(true, "", nullptr, "xterm"));
  CHECK(wants_color(false, nullptr, "1", "xterm"));
  CHECK(wants_color(false, nullptr, "1", "dumb"));
  CHECK_FALSE(wants_color(false, nullptr, "0", "xterm"));
  CHECK_FALSE(wants_color(false, "1", "1", "xterm"));
}
