#include "atom/toml/toml_bounds.h"

#include <doctest/doctest.h>

#include "atom/config/config.h"
#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/toml/toml_edit.h"

using namespace eka;
using atom::toml_excess;
using atom::TomlLimits;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string numbered(std::string_view before, std::string_view behind, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += std::string(before) + std::to_string(i) + std::string(behind);
  return out;
}

bool refused(std::string_view text) {
  return !toml_excess(text, {}).why.empty();
}

// Documents that crash toml++ 3.3 or take it minutes.
std::vector<std::string> hostile() {
  const std::string parts = repeated("a.", 50'000);
  return {
      parts + "a = 1\n",
      "[" + parts + "a]\n",
      "[[" + parts + "a]]\n",
      "x = {" + parts + "a = 1}\n",
      "x = [{ y = 1, " + parts + "a = 1}]\n",
      "\"q\"." + parts + "a = 1\n",
      repeated("a . ", 50'000) + "a = 1\n",
      "x = " + repeated("{a.b.c.d.e.f.g.h = ", 200) + "1" + repeated("}", 200) + "\n",
      "x = " + repeated("[", 100'000) + "\n",
      "x = " + repeated("{a=", 100'000) + "\n",
      repeated("[a.b.c.d.e.f.g.h.i.j]\n", 1) + repeated("k.", 60) + "k = 1\n",
      numbered("a", ".b = 1\n", 50'000),
      numbered("[a", ".b]\n", 50'000),
      numbered("[[a", "]]\n", 50'000),
      "x = [" + numbered("{a", ".b = 1}, ", 20'000) + "]\n",
      "[[x]]\n" + repeated("[[x]]\na.b = 1\n", 5'000),
      "x = [" + repeated("1,", 500'000) + "]\n",
      numbered("k", "=1\n", 450'000).substr(0, 1 << 20) + repeated("a=1\n", 200'000),
      std::string((1 << 20) + 1, '\n'),
  };
}

}  // namespace

TEST_CASE("a document over the limits is rejected before it is parsed") {
  for (const auto& text : hostile()) {
    CAPTURE(text.substr(0, 40));
    CHECK(refused(text));
  }
}

TEST_CASE("every TOML reader rejects it with its position") {
  for (const auto& text : hostile()) {
    CAPTURE(text.substr(0, 40));
    const auto manifest = atom::Manifest::parse(text, "f");
    REQUIRE_FALSE(manifest);
    CHECK(manifest.error().message().starts_with("f:"));
    CHECK_FALSE(atom::SetManifest::parse(text, "f"));
    CHECK_FALSE(atom::Lock::parse(text, "f"));
    CHECK_FALSE(atom::Config::load({{"f", text}}, {{"HOME", "/h"}}));
    CHECK_FALSE(atom::set_entry(text, {"a", "b"}, "1"));
  }
}

TEST_CASE("values at a limit are accepted, one more is rejected with the limit") {
  const auto why = [](const std::string& text) { return toml_excess(text, {}).why; };
  const std::size_t mebibyte = std::size_t{1} << 20;
  CHECK(why(std::string(mebibyte, '\n')).empty());
  CHECK(why(std::string(mebibyte + 1, '\n')) == "larger than 1024 KiB");
  const auto nested = [](std::size_t depth) { return "x = " + repeated("[", depth) + repeated("]", depth) + "\n"; };
  CHECK(why(nested(64)).empty());
  CHECK(why(nested(65)) == "tables and arrays are nested more than 64 levels deep");
  const auto dotted = [](std::size_t depth) { return repeated("a.", depth) + "a = 1\n"; };
  CHECK(why(dotted(64)).empty());
  CHECK(why(dotted(65)) == "tables and arrays are nested more than 64 levels deep");
  CHECK(why(numbered("a", ".b = 1\n", 1'024)).empty());
  CHECK(why(numbered("a", ".b = 1\n", 1'025)) == "dotted keys and headers create more than 1024 tables");
  const auto elements = [](std::size_t count) { return "x = [" + repeated("1,", count) + "]\n"; };
  CHECK(why(elements(399'000)).empty());
  CHECK(why(elements(400'000)) == "more than 400000 keys and values");
}

TEST_CASE("each reader limits the size of its documents") {
  const auto of = [](std::size_t size) { return "# " + std::string(size - 3, 'x') + "\n"; };
  const std::size_t small = std::size_t{1} << 20;
  const std::size_t large = std::size_t{16} << 20;
  const auto says = [](const auto& result, std::string_view words) {
    return !result && result.error().message().contains(words);
  };
  CHECK_FALSE(says(atom::Manifest::parse(of(small), "f"), "larger than"));
  CHECK(says(atom::Manifest::parse(of(small + 1), "f"), "larger than 1024 KiB"));
  CHECK_FALSE(says(atom::SetManifest::parse(of(small), "f"), "larger than"));
  CHECK(says(atom::SetManifest::parse(of(small + 1), "f"), "larger than 1024 KiB"));
  CHECK(atom::Config::load({{"f", of(small)}}, {{"HOME", "/h"}}));
  CHECK(says(atom::Config::load({{"f", of(small + 1)}}, {{"HOME", "/h"}}), "larger than 1024 KiB"));
  CHECK_FALSE(says(atom::Lock::parse(of(large), "f"), "larger than"));
  CHECK(says(atom::Lock::parse(of(large + 1), "f"), "larger than 16384 KiB"));
}

TEST_CASE("the position of the first excess") {
  const auto excess = toml_excess("a = 1\nλ = " + repeated("[", 100), {});
  CHECK(excess.where == atom::Position{2, 5 + 64});
}

TEST_CASE("ordinary documents are within the limits") {
  CHECK_FALSE(refused(""));
  CHECK_FALSE(refused("\xef\xbb\xbf[a.b]\nc.d = 1.5\n"));
  CHECK_FALSE(refused("d = '" + repeated("a.", 50'000) + "'\n"));
  CHECK_FALSE(refused("d = \"\"\"\n" + repeated("[x.y]\n{\"=,\n\\\"\"\"", 50'000) + "\"\"\"\n"));
  CHECK_FALSE(refused("# " + repeated("a.[{", 50'000) + "\n"));
  CHECK_FALSE(refused("x = [\n" + repeated("  1.5, # a.b\n", 20'000) + "]\n"));
  CHECK_FALSE(refused("x = [" + repeated("'a.b.c', ", 20'000) + "]\n"));
  CHECK_FALSE(refused(numbered("x", " = { a = 1.5, b.c = '1.2.3' }\n", 1'000)));
  // In the style of locks and manifests.
  CHECK_FALSE(refused(numbered("[sets.", "]\ntag = \"x\"\nmirrors = [\"https://a.b/c\"]\n", 5'000)));
  CHECK_FALSE(refused(repeated("[[deps]]\ntype = \"atom\"\nversion = \"1.2.3\"\n", 20'000)));
  CHECK_FALSE(refused("[deps]\n" + numbered("from.company.a", " = \"^1.2\"\n", 20'000)));
  CHECK_FALSE(refused(numbered("[deps.direct.nix.a", "]\nurl = \"https://a.b/c\"\n", 10'000)));
}
