#include "engine/workspace/package_set.h"

#include <doctest/doctest.h>

using namespace eka;
using engine::read_package_set;

namespace {

std::string atom_text(const char* label) {
  return std::string("[package]\nlabel = \"") + label + "\"\nversion = \"1.0.0\"\n[compose.as]\nnix = \".\"\n";
}

engine::ReadFile files(std::map<std::string, std::string> content) {
  return [content = std::move(content)](const std::string& path) -> std::optional<std::string> {
    const auto found = content.find(path);
    return found == content.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace

TEST_CASE("a set is read by label") {
  const auto set = read_package_set(files({{"ekala.toml", "[set]\npackages = [\"a\", \"dir/b\"]\n"},
                                           {"a/atom.toml", atom_text("one")},
                                           {"dir/b/atom.toml", atom_text("two")}}));
  REQUIRE(set);
  CHECK(set->atoms.size() == 2);
  CHECK(set->atoms.at(unwrap(atom::Label::parse("two"))).directory == "dir/b");
  CHECK(set->warnings.empty());
}

TEST_CASE("a label used by two directories is an error that names both") {
  const auto set = read_package_set(files({{"ekala.toml", "[set]\npackages = [\"a\", \"b\"]\n"},
                                           {"a/atom.toml", atom_text("same")},
                                           {"b/atom.toml", atom_text("same")}}));
  REQUIRE_FALSE(set);
  CHECK(set.error().message().find("`a` and `b`") != std::string::npos);
}

TEST_CASE("a directory without an atom is a warning with a suggestion") {
  const auto set = read_package_set(files({{"ekala.toml", "[set]\npackages = [\"gone\"]\n"}}));
  REQUIRE(set);
  REQUIRE(set->warnings.size() == 1);
  CHECK(set->warnings[0].find("eka new gone") != std::string::npos);
}

TEST_CASE("all invalid manifests are reported at once") {
  const auto set = read_package_set(files({{"ekala.toml", "[set]\npackages = [\"a\", \"b\"]\n"},
                                           {"a/atom.toml", "[package\n"},
                                           {"b/atom.toml", "lable = 1\n"}}));
  REQUIRE_FALSE(set);
  CHECK(set.error().message().find("a/atom.toml") != std::string::npos);
  CHECK(set.error().message().find("b/atom.toml") != std::string::npos);
}

TEST_CASE("without ekala.toml there is no set") {
  const auto set = read_package_set(files({}));
  REQUIRE_FALSE(set);
  CHECK(set.error().kind() == Kind::usage);
}
