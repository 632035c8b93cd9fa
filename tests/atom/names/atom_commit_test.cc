#include "atom/names/atom_commit.h"

#include <doctest/doctest.h>

#include "tests/atom/vectors.h"

using namespace eka::atom;

namespace {

AtomCommit example() {
  return {ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904").value(),
          ObjectId::parse("0123456789abcdef0123456789abcdef01234567").value(), Label::parse("λ-1").value(),
          Version::parse("1.2.3-rc.1+b").value()};
}

}  // namespace

TEST_CASE("the text of an atom commit matches the protocol byte for byte") {
  const std::string text = example().text();
  CHECK(text ==
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
        "author  <> 0 +0000\n"
        "committer  <> 0 +0000\n"
        "origin 0123456789abcdef0123456789abcdef01234567\n"
        "format pre1\n"
        "\n"
        "publish(λ-1): 1.2.3-rc.1+b");
}

TEST_CASE("published atom commits are reproduced exactly") {
  const Vectors vectors("publications.json");
  int cases = 0;
  for (const auto element : (*vectors).get_array()) {
    const auto id = [&](const char* key) { return ObjectId::parse(text_of(element[key])).value(); };
    const AtomCommit commit{id("tree"), id("origin"), Label::parse(text_of(element["label"])).value(),
                            Version::parse(text_of(element["version"])).value()};
    CHECK(ObjectId::of("commit", commit.text()) == id("rev"));
    ++cases;
  }
  CHECK(cases == 1);
}

TEST_CASE("an atom commit round-trips") {
  const AtomCommit commit = AtomCommit::parse(example().text()).value();
  CHECK(commit.tree == example().tree);
  CHECK(commit.origin == example().origin);
  CHECK(commit.label == example().label);
  CHECK(commit.version == example().version);
}

TEST_CASE("other commits are rejected") {
  const std::string good = example().text();
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {std::string(), good + "\n", " " + good, with("author  <>", "author a <>"), with("0 +0000", "1 +0000"),
        with("format pre1", "format pre2"), with("format pre1\n", "format pre1\nextra x\n"),
        with("\n\npublish", "\npublish"), with("tree 4b8", "tree 4B8"), with("λ-1", "a b"), with("λ-1", "\xef\xac\x81"),
        with("1.2.3", "1.2"), with("publish", "Publish"), with("origin 0123", "origin 012"),
        with("author", "parent 0123456789abcdef0123456789abcdef01234567\nauthor")}) {
    const auto commit = AtomCommit::parse(text);
    REQUIRE_MESSAGE(!commit, text);
    CHECK(commit.error().kind() == eka::Kind::integrity);
  }
}

TEST_CASE("an atom commit of another format is named as such") {
  std::string text = example().text();
  text.replace(text.find("format pre1"), 11, "path bar\nformat pre1.0");
  const auto commit = AtomCommit::parse(text);
  REQUIRE_FALSE(commit);
  CHECK(commit.error().message() == "invalid atom commit: its format is pre1.0, and only pre1 is supported");
}

TEST_CASE("the refs of an atom") {
  const AtomCommit atom = example();
  CHECK(atom_ref_prefix(atom.label) == "refs/eka/atoms/λ-1/");
  CHECK(atom_ref(atom.label, atom.version) == "refs/eka/atoms/λ-1/1.2.3-rc.1+b");
  CHECK(manifest_ref(atom.label, atom.version) == "refs/eka/meta/λ-1/1.2.3-rc.1+b/manifest");
  CHECK(origin_ref(atom.label, atom.version) == "refs/eka/meta/λ-1/1.2.3-rc.1+b/origin");
}
