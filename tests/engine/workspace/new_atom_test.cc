// What `eka new` writes: a manifest and an expression that can be planned as they are.
#include "engine/workspace/new_atom.h"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "atom/manifest/manifest.h"
#include "tests/temporary_directory.h"

using namespace eka;
using test::TemporaryDirectory;

namespace {

struct EmptySet {
  EmptySet() { std::ofstream(directory.path() / "ekala.toml") << "[set]\npackages = []\n"; }

  std::string read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(directory.path() / name).rdbuf();
    return out.str();
  }
  atom::Manifest manifest(const std::string& atom) const {
    return unwrap(atom::Manifest::parse(read(atom + "/atom.toml"), "atom.toml"));
  }

  TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("a new atom is a plain Nix expression") {
  const EmptySet set;
  const auto report = engine::new_atom({.directory = set.directory.path() / "server", .label = {}, .composer = {}});
  CHECK(report.label.str() == "server");
  REQUIRE(report.expression);
  CHECK(report.expression->filename() == "default.nix");
  const auto manifest = set.manifest("server");
  REQUIRE(std::holds_alternative<atom::AsNix>(manifest.composer));
  CHECK(std::get<atom::AsNix>(manifest.composer).entry == "default.nix");
  CHECK_FALSE(manifest.has_dependencies());
  CHECK(set.read("server/default.nix").contains("name = \"${cfg.package.label}-${cfg.package.version}\";"));
  CHECK(set.read("ekala.toml").contains("\"server\""));
}

TEST_CASE("an expression that exists is kept") {
  const EmptySet set;
  std::filesystem::create_directory(set.directory.path() / "server");
  std::ofstream(set.directory.path() / "server/default.nix") << "{ }";
  const auto report = engine::new_atom({.directory = set.directory.path() / "server", .label = {}, .composer = {}});
  CHECK_FALSE(report.expression);
  CHECK(set.read("server/default.nix") == "{ }");
  CHECK(std::holds_alternative<atom::AsNix>(set.manifest("server").composer));
}

TEST_CASE("the derivation of a label with letters that Nix does not allow has a name that it allows") {
  const EmptySet set;
  engine::new_atom({.directory = set.directory.path() / "x", .label = unwrap(atom::Label::parse("λ")), .composer = {}});
  CHECK(set.read("x/default.nix").contains("name = \"=CE=BB-${cfg.package.version}\";"));
}

TEST_CASE("an atom with a composer has no expression") {
  const EmptySet set;
  const engine::DefaultComposer composer{"tools", "https://example.com/tools", "atom-nix"};
  const auto report =
      engine::new_atom({.directory = set.directory.path() / "server", .label = {}, .composer = composer});
  CHECK_FALSE(report.expression);
  CHECK_FALSE(std::filesystem::exists(set.directory.path() / "server/default.nix"));
  const auto manifest = set.manifest("server");
  REQUIRE(std::holds_alternative<atom::WithAtom>(manifest.composer));
  const auto& with = std::get<atom::WithAtom>(manifest.composer);
  CHECK(with.from.str() + " " + with.label.str() == "tools atom-nix");
}

TEST_CASE("nothing is written if the label is in use") {
  const EmptySet set;
  engine::new_atom({.directory = set.directory.path() / "a", .label = {}, .composer = {}});
  const auto before = set.read("ekala.toml");
  CHECK_THROWS_AS(
      engine::new_atom(
          {.directory = set.directory.path() / "b", .label = unwrap(atom::Label::parse("a")), .composer = {}}),
      Error);
  CHECK(set.read("ekala.toml") == before);
  CHECK_FALSE(std::filesystem::exists(set.directory.path() / "b"));
}
