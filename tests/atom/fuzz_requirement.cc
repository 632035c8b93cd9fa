#include <array>

#include "atom/names/label.h"
#include "atom/version/version.h"
#include "tests/atom/fuzz.h"

using namespace eka::atom;
using eka::fuzz::require;

namespace {

void check_requirement(const Requirement& requirement) {
  const auto again = Requirement::parse(requirement.str());
  require(again.has_value() && *again == requirement, "a requirement does not read back");
  const std::array versions{Version(0, 0, 0), Version(0, 0, 3),        Version(0, 2, 0),
                            Version(1, 2, 3), Version(1, 2, 3, "a.1"), Version(18446744073709551615U, 0, 0)};
  for (const Version& version : versions) {
    require(requirement.matches(version) == again->matches(version), "a requirement means two things");
  }
  if (const auto exact = requirement.exact())
    require(requirement.matches(*exact), "an exact requirement excludes itself");
}

void fuzz_requirement(std::string_view bytes) {
  if (const auto requirement = Requirement::parse(bytes)) check_requirement(*requirement);
  if (const auto version = Version::parse(bytes)) {
    const auto again = Version::parse(version->str());
    require(version->str() == bytes && again.has_value() && *again == *version, "a version does not read back");
    require((*version <=> *again) == 0, "a version is not itself");
    require(Requirement::parse("=" + version->str())->matches(*version), "a version is not what it is");
  }
  if (const auto label = Label::parse(bytes)) {
    const auto again = Label::parse(label->str());
    require(again.has_value() && *again == *label, "a label is not normal");
    require(label->str().size() <= 128 && label->str().find_first_of("./\\:~^?*[ ") == std::string::npos,
            "a label no ref can hold");
  }
  if (const auto tag = Tag::parse(bytes)) {
    const auto again = Tag::parse(tag->str());
    require(again.has_value() && *again == *tag, "a tag is not normal");
  }
}

}  // namespace

EKA_FUZZ(fuzz_requirement, "requirement")
