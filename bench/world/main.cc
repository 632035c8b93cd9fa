// eka-world: makes worlds of package sets.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "atom/names/atom_id.h"
#include "base/error.h"
#include "world/world.h"

namespace {

using namespace eka;

void print(const world::World& world, bool json) {
  if (json) {
    std::cout << world.json().pretty();
    return;
  }
  for (const auto& set : world.sets) {
    std::cout << fmt::format("{:<10} {}\n{:<10} genesis {}\n", set.name, set.url, "", set.genesis.hex());
    for (const auto& atom : world.atoms) {
      if (atom.set != set.name) continue;
      std::string versions;
      for (const auto& version : atom.versions) versions += ' ' + version.version.str();
      std::cout << fmt::format("{:<10} {:<12}{}\n", "", atom.label.str(), versions);
    }
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Makes worlds of package sets as bare git repositories, published by the Atom protocol."};
  app.require_subcommand(1);
  std::string directory;
  std::string url_base = "http://127.0.0.1:8080";
  bool json = false;
  world::LargeWorld size;

  auto* make = app.add_subcommand("make", "a world of the size given; the same to the byte for the same numbers");
  auto* demo = app.add_subcommand("demo", "a small world made by hand");
  for (auto* command : {make, demo}) {
    command->add_option("DIR", directory, "where to make the repositories <set>.git")->required();
    command->add_option("--url-base", url_base, "what the sets are named by in manifests and locks: URL/<set>.git")
        ->capture_default_str();
    command->add_flag("--json", json, "tell what was made as JSON");
  }
  make->add_option("--sets", size.sets, "package sets")->capture_default_str();
  make->add_option("--atoms", size.atoms, "atoms, in all sets together")->capture_default_str();
  make->add_option("--versions", size.versions, "versions of each atom")->capture_default_str();
  make->add_option("--files", size.files, "files of each atom, beside those it needs")->capture_default_str();
  make->add_option("--file-size", size.file_size, "bytes of each file")->capture_default_str();
  make->add_option("--deps", size.dependencies, "dependencies of each atom")->capture_default_str();
  make->add_option("--levels", size.levels, "levels of the dependency graph below the root")->capture_default_str();
  make->add_option("--seed", size.seed, "worlds of different seeds have nothing in common")->capture_default_str();

  std::string genesis;
  std::string label;
  auto* id = app.add_subcommand("id", "prints the id of the atom LABEL of the set GENESIS");
  id->add_option("GENESIS", genesis, "the root commit of the set")->required();
  id->add_option("LABEL", label)->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (id->parsed()) {
    std::cout << atom::AtomId(unwrap(atom::ObjectId::parse(genesis)), unwrap(atom::Label::parse(label))).str() << '\n';
  } else {
    print(world::make_world(make->parsed() ? world::large_world(size) : world::demo_world(), directory, url_base),
          json);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "eka-world: " << error.what() << '\n';
    return 1;
  }
}
