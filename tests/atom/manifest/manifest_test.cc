#include "atom/manifest/manifest.h"

#include <doctest/doctest.h>

using namespace eka::atom;

namespace {

constexpr std::string_view full = R"([package]
label = "server"
version = "0.2.0"
[package.meta]
description = "serves"
tags = ["web", "a:b"]

[package.sets]
company = ["git@github.com:our/atoms", "https://mirror.example/our/atoms"]
local   = "::"
both    = ["::", "https://example.com/both"]

[compose.with.atom-nix]
from = "company"
version = "^0.4"
entry = "./src/"

[deps.from.company]
auth = "^1.5"
zlib = "*"
[deps.from.local]
lib = "=1.0.0"

[deps.direct.nix]
nixpkgs = { git = "https://github.com/NixOS/nixpkgs", ref = "nixos-unstable" }
other   = { git = "https://github.com/o/r", version = "^1.2" }
head.git = "git@github.com:o/h"
tool.tar = "https://example.com/t.tar.gz"
patch.url = "https://example.com/p.patch"
zlib = { build = "https://zlib.net/zlib-{company.zlib}.tar.gz" }
raw = { build = "https://zlib.net/zlib.tar.gz", unpack = false }
text = { build = "https://zlib.net/tar.txt" }
)";

// A valid manifest, apart from `more`.
std::string minimal(const std::string& more, const std::string& compose = "[compose.as]\nnix = \"x.nix\"\n") {
  return "[package]\nlabel = \"a\"\nversion = \"1.0.0\"\n" + compose + more;
}

std::string manifest_refusal(std::string_view text) {
  const auto manifest = Manifest::parse(text, "atom.toml");
  if (manifest) return "accepted";
  CHECK(manifest.error().kind() == eka::Kind::usage);
  return manifest.error().message();
}

Tag tag(std::string_view text) {
  return Tag::parse(text).value();
}
Label label(std::string_view text) {
  return Label::parse(text).value();
}

}  // namespace

TEST_CASE("all keys of a manifest are parsed") {
  const Manifest manifest = Manifest::parse(full, "atom.toml").value();
  CHECK(manifest.label.str() == "server");
  CHECK(manifest.version.str() == "0.2.0");
  CHECK(manifest.description == "serves");
  CHECK(manifest.tags == std::vector{tag("web"), tag("a:b")});
  REQUIRE(manifest.sets.size() == 3);
  CHECK(manifest.sets.at(tag("company")).mirrors.front().str() == "ssh://git@github.com/our/atoms");
  CHECK_FALSE(manifest.sets.at(tag("company")).local);
  CHECK(manifest.sets.at(tag("local")).local);
  CHECK(manifest.sets.at(tag("local")).mirrors.empty());
  CHECK(manifest.sets.at(tag("both")).local);
  CHECK(manifest.sets.at(tag("both")).mirrors.size() == 1);
  const auto& composer = std::get<WithAtom>(manifest.composer);
  CHECK(composer.label.str() == "atom-nix");
  CHECK(composer.from.str() == "company");
  CHECK(composer.requirement.str() == "^0.4");
  CHECK(composer.entry == "src");
  CHECK(composer.where == Position{13, 15});
  CHECK(manifest.dependencies.at(tag("company")).at(label("auth")).requirement.str() == "^1.5");
  CHECK(manifest.dependencies.at(tag("company")).at(label("auth")).where == Position{19, 1});
  CHECK(manifest.dependencies.at(tag("local")).size() == 1);
  CHECK(manifest.has_dependencies());
}

TEST_CASE("the direct sources of a manifest") {
  const Manifest manifest = Manifest::parse(full, "atom.toml").value();
  REQUIRE(manifest.direct.size() == 8);
  const auto git = [&](const char* name) { return std::get<GitSource>(manifest.direct.at(name).fetch); };
  const auto build = [&](const char* name) { return std::get<BuildSource>(manifest.direct.at(name).fetch); };
  CHECK(git("nixpkgs").url == "https://github.com/NixOS/nixpkgs");
  CHECK(std::get<std::string>(git("nixpkgs").at) == "nixos-unstable");
  CHECK(std::get<Requirement>(git("other").at).str() == "^1.2");
  CHECK(std::get<std::string>(git("head").at) == "HEAD");
  CHECK(std::get<TarSource>(manifest.direct.at("tool").fetch).url == "https://example.com/t.tar.gz");
  CHECK(std::get<FileSource>(manifest.direct.at("patch").fetch).url == "https://example.com/p.patch");
  CHECK(build("zlib").url == "https://zlib.net/zlib-{company.zlib}.tar.gz");
  CHECK(build("zlib").unpack);
  CHECK_FALSE(build("raw").unpack);
  CHECK_FALSE(build("text").unpack);
}

TEST_CASE("composers and defaults") {
  const Manifest plain = Manifest::parse(minimal(""), "atom.toml").value();
  CHECK(std::get<AsNix>(plain.composer).entry == "x.nix");
  CHECK_FALSE(plain.has_dependencies());
  const Manifest data =
      Manifest::parse(minimal("[deps.from]\n", "[compose.as]\nstatic = \"config\"\n"), "atom.toml").value();
  CHECK(std::get<AsStatic>(data.composer).entry == "config");
  const Manifest with =
      Manifest::parse(minimal("[package.sets]\ns = \"::\"\n", "[compose.with.c]\nfrom = \"s\"\n"), "atom.toml").value();
  CHECK(std::get<WithAtom>(with.composer).entry == ".");
  CHECK(std::get<WithAtom>(with.composer).requirement == Requirement());
  CHECK(with.has_dependencies());
}

TEST_CASE("an unknown key is rejected with its position and a suggestion") {
  CHECK(manifest_refusal("[package]\nlable = \"a\"\nversion = \"1.0.0\"") ==
        "atom.toml:2:1: unknown key “package.lable”; did you mean “package.label”?");
  CHECK(manifest_refusal("[package]\nversion = \"1.0.0\"") == "atom.toml:1:2: “package.label” is missing");
  CHECK(manifest_refusal(minimal("[package.meta]\ndescripton = \"x\"")) ==
        "atom.toml:7:1: unknown key “package.meta.descripton”; did you mean “package.meta.description”?");
  CHECK(manifest_refusal(minimal("[dep]\n")) == "atom.toml:6:2: unknown key “dep”; did you mean “deps”?");
  CHECK(manifest_refusal(minimal("[deps.fro.x]\n")) ==
        "atom.toml:6:7: unknown key “deps.fro”; did you mean “deps.from”?");
  CHECK(manifest_refusal(minimal("[somewhere]\n")) ==
        "atom.toml:6:2: unknown key “somewhere”; known keys: package, compose, deps");
  CHECK(manifest_refusal(minimal("[deps.direct.nix]\nx = { giit = \"https://h/x\" }")) ==
        "atom.toml:7:7: unknown key “deps.direct.nix.x.giit”; did you mean “deps.direct.nix.x.git”?");
  CHECK(manifest_refusal(minimal("[deps.direct.nix]\nx = { tar = \"https://h/x\", ref = \"y\" }"))
            .starts_with("atom.toml:7:28: unknown key “deps.direct.nix.x.ref”"));
}

TEST_CASE("invalid TOML is rejected with its position") {
  CHECK(manifest_refusal("[package").starts_with("atom.toml:1:9: "));
  CHECK(manifest_refusal(minimal("[package]\n")).starts_with("atom.toml:6:"));
  CHECK(manifest_refusal("a = 1\na = 2\n").starts_with("atom.toml:2:"));
  CHECK(manifest_refusal("a = \"\xff\"").starts_with("atom.toml:1:"));
  CHECK(manifest_refusal(std::string(2 << 20, ' ')) == "atom.toml: larger than 1024 KiB");
  CHECK(manifest_refusal("label = 'x'\r\n[package]\r\nlabel = 1") ==
        "atom.toml:3:9: “package.label” must be a string, not an integer");
}

TEST_CASE("sets must be declared") {
  CHECK(manifest_refusal(minimal("[package.sets]\ncompany = \"::\"\n[deps.from.compny]\nx = \"1\"")) ==
        "atom.toml:8:12: the set “compny” is not declared in [package.sets]; did you mean “company”?");
  CHECK(manifest_refusal(minimal("", "[compose.with.c]\nfrom = \"gone\"\n")) ==
        "atom.toml:5:8: the set “gone” is not declared in [package.sets]");
}

TEST_CASE("exactly one composer is required") {
  const auto none = Manifest::parse(minimal("", ""), "atom.toml").value();
  CHECK(none.check_composer().error().message() == "atom.toml:1:2: missing composer");
  CHECK(none.check_composer().error().hint().contains("compose.as.nix"));
  CHECK(manifest_refusal(minimal("", "[compose.as]\n")).ends_with("missing composer"));
  CHECK(
      manifest_refusal(minimal("", "[compose.as]\nnix = \"a\"\nstatic = \"b\"\n")).ends_with("more than one composer"));
  CHECK(manifest_refusal(minimal("[compose.with.c]\nfrom = \"s\"\n[package.sets]\ns = \"::\"\n"))
            .ends_with("more than one composer"));
}

TEST_CASE("published manifests without a composer are read, but have no value") {
  // nix-lock 0.1.0 to 0.3.1.
  const std::string locker =
      "[package]\nlabel = \"lock\"\nversion = \"0.1.0\"\n[locker.eka]\nroot_hash = \"4abb\"\nversion = \"0.3.0\"\n";
  const auto manifest = Manifest::parse(locker, "atom.toml").value();
  CHECK(manifest.label.str() == "lock");
  CHECK_FALSE(manifest.has_dependencies());
  const auto refused = manifest.check_composer();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().contains("evaluates lock files ([locker])"));
  CHECK(Manifest::parse(full, "atom.toml").value().check_composer());
  CHECK(manifest_refusal(locker + "[compose.as]\nnix = \".\"\n").contains("unknown key “locker”"));
  CHECK(manifest_refusal(minimal("[lockr]\n", "")).contains("unknown key"));
}

TEST_CASE("a static atom has no dependencies") {
  const std::string data = "[compose.as]\nstatic = \".\"\n";
  CHECK(manifest_refusal(minimal("[deps.direct.nix]\nx.tar = \"https://h/x\"", data)) ==
        "atom.toml:6:2: static atoms cannot have dependencies");
}

TEST_CASE("misleading values are rejected") {
  const auto set = [](const std::string& value) { return minimal("[package.sets]\ns = " + value); };
  const auto nix = [](const std::string& value) { return minimal("[deps.direct.nix]\nx = " + value); };
  for (const std::string& text :
       {set("[]"),
        set("1"),
        set("[1]"),
        set("\"ext::sh\""),
        set("\"gh:o/r\""),
        set("[\"::\", \"::\"]"),
        set("[\"https://h/x\", \"https://h:443/x\"]"),
        set("\"https://h/%0a\""),
        set("\"\""),
        minimal("[package.sets]\n\"..\" = \"::\""),
        minimal("[package.sets]\n\"ﬁ\" = \"::\"\nfi = \"::\""),
        minimal("[package.meta]\ntags = [\"a\", \"a\"]"),
        minimal("", "[compose.as]\nnix = \"/etc\"\n"),
        minimal("", "[compose.as]\nnix = \"a/../../x\"\n"),
        minimal("", "[compose.as]\nnix = \"\"\n"),
        nix("{}"),
        nix("{ git = \"https://h/x\", tar = \"https://h/x\" }"),
        set("\"https://h/shutdown?x=\""),
        set("\"git://h/x?y\""),
        nix("{ git = \"https://h/x?y\" }"),
        nix("{ git = \"https://h/x\", ref = \"-x\" }"),
        nix("{ git = \"https://h/x\", ref = \"a..b\" }"),
        nix("{ git = \"https://h/x\", ref = \"a\", version = \"1\" }"),
        nix("{ git = \"https://h/x\", version = \"nope\" }"),
        nix("{ tar = \"ssh://h/x\" }"),
        nix("{ url = \"git://h/x\" }"),
        nix("{ tar = \"https://h/{s.x}\" }"),
        nix("{ tar = \"https://h/{x}\" }"),
        nix("{ tar = \"https://h/{\" }"),
        nix("{ tar = \"https://h/}\" }"),
        nix("{ build = \"https://h/x\", unpack = 1 }"),
        nix("\"https://h/x\""),
        minimal("[package.sets]\ns = \"::\"\n[deps.from.s]\nx = \"\""),
        minimal("[package.sets]\ns = \"::\"\n[deps.from.s]\nx = 1"),
        minimal("[package.sets]\ns = \"::\"\n[deps.from.s]\n\"a.b\" = \"1\""),
        std::string("[package]\nlabel = \"a\"\nversion = \"1.0.0-x.lock\"\n[compose.as]\nnix = \"x\"")}) {
    const std::string message = manifest_refusal(text);
    CHECK_MESSAGE(message.starts_with("atom.toml:"), text);
  }
}

TEST_CASE("errors never quote a password") {
  const std::string message = manifest_refusal(minimal("[package.sets]\ns = \"https://ann:s3cret@h%2f/x\""));
  CHECK(message.find("s3cret") == std::string::npos);
  CHECK(message.find("atom.toml:7:5: ") == 0);
}

TEST_CASE("placeholders are replaced by versions") {
  const VersionOf version_of = [](const Tag& set, const Label& name) -> eka::Result<Version> {
    if (set.str() == "a.b" && name.str() == "c-d") return Version::parse("1.2.3-rc.1").value();
    return eka::fail(eka::Kind::failure, set.str() + "/" + name.str());
  };
  CHECK(fill_placeholders("x", version_of).value() == "x");
  CHECK(fill_placeholders("{a.b.c-d}/{a.b.c-d}.tar", version_of).value() == "1.2.3-rc.1/1.2.3-rc.1.tar");
  CHECK(fill_placeholders("{e.f}", version_of).error().message() == "e/f");
}

TEST_CASE("the manifest of a set") {
  const auto parse = [](std::string_view text) { return SetManifest::parse(text, "ekala.toml"); };
  const SetManifest set = parse("[set]\npackages = [\"./a/\", \"b//c\", \".\"]\n[metadata]\ntags = [\"x\"]\n").value();
  CHECK(set.packages == std::vector<std::string>{"a", "b/c", "."});
  CHECK(set.tags == std::vector{tag("x")});
  CHECK(parse("[set]\npackages = []").value().packages.empty());
  for (const char* text :
       {"", "[set]", "[set]\npackages = \"a\"", "[set]\npackages = [\"/a\"]", "[set]\npackages = [\"../a\"]",
        "[set]\npackages = [\"a\", \"./a\"]", "[set]\npackages = [\"a\\\\b\"]", "[set]\npackages = [\"\"]"}) {
    const auto bad = parse(text);
    REQUIRE_MESSAGE(!bad, std::string(text));
    CHECK(bad.error().message().starts_with("ekala.toml:"));
  }
  CHECK(parse("[set]\npackges = []").error().message() ==
        "ekala.toml:2:1: unknown key “set.packges”; did you mean “set.packages”?");
}

TEST_CASE("a set has at most 64 mirrors") {
  const auto with = [](int count) {
    std::string mirrors;
    for (int i = 0; i < count; ++i) mirrors += "\"https://example.com/" + std::to_string(i) + "\", ";
    return manifest_refusal(minimal("[package.sets]\nmany = [" + mirrors + "]\n"));
  };
  CHECK(with(64) == "accepted");
  CHECK(with(65).contains("set “many” has more than 64 mirrors"));
}
