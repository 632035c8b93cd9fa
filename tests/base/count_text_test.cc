#include "base/count_text.h"

#include <doctest/doctest.h>

namespace eka {

TEST_CASE("a count and its noun") {
  CHECK(count_text(0, "atom") == "0 atoms");
  CHECK(count_text(1, "atom") == "1 atom");
  CHECK(count_text(2, "other source") == "2 other sources");
}

}  // namespace eka
