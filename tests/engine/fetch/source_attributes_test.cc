#include "engine/fetch/source_attributes.h"

#include <doctest/doctest.h>

namespace eka::engine {

TEST_CASE("attributes for archives are found in .gitattributes") {
  CHECK(archive_attributes_in("").empty());
  CHECK(archive_attributes_in("*.txt text\n").empty());
  CHECK(archive_attributes_in("/tests export-ignore\n") == "export-ignore");
  CHECK(archive_attributes_in("a b\r\nversion.txt\texport-subst\r\n") == "export-subst");
  CHECK(archive_attributes_in("x export-subst\ny text export-ignore -diff") == "export-ignore and export-subst");
  CHECK(archive_attributes_in("# x export-ignore\nx -export-ignore !export-subst\nexport-ignore\n").empty());
  CHECK(archive_attributes_in("x export-ignore=1\n").empty());
}

}  // namespace eka::engine
