// eka-world: generates package sets.
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
  CLI::App app{"Generates package sets as bare git repositories with published atoms."};
  app.require_subcommand(1);
  std::string directory;
  std::string url_base = "http://127.0.0.1:8080";
  bool json = false;
  world::LargeWorld size;

  auto* make =
      app.add_subcommand("make", "generate package sets of a given size; the same options give identical repositories");
  world::GraphWorld graph_size;
  auto* graph = app.add_subcommand("graph", "generate a deep graph of atoms, each with the full lock of its closure");
  world::NixlikeWorld nixlike_size;
  auto* nixlike = app.add_subcommand("nixlike", "generate an atom that is a collection of packages, like nixpkgs");
  auto* demo = app.add_subcommand("demo", "create the package sets of the demo");
  for (auto* command : {make, graph, nixlike, demo}) {
    command->add_option("DIR", directory, "directory for the repositories <set>.git")->required();
    command->add_option("--url-base", url_base, "base of the URLs in manifests and lock files: URL/<set>.git")
        ->capture_default_str();
    command->add_flag("--json", json, "print a summary as JSON");
  }
  make->add_option("--sets", size.sets, "number of package sets")->capture_default_str();
  make->add_option("--atoms", size.atoms, "number of atoms in all sets together")->capture_default_str();
  make->add_option("--versions", size.versions, "number of versions of each atom")->capture_default_str();
  make->add_option("--files", size.files, "number of additional files of each atom")->capture_default_str();
  make->add_option("--file-size", size.file_size, "size of each file in bytes")->capture_default_str();
  make->add_option("--deps", size.dependencies, "number of dependencies of each atom")->capture_default_str();
  make->add_option("--levels", size.levels, "depth of the dependency graph below the root")->capture_default_str();
  make->add_option("--seed", size.seed, "random seed")->capture_default_str();

  graph->add_option("--sets", graph_size.sets, "number of package sets")->capture_default_str();
  graph->add_option("--depth", graph_size.depth, "number of levels")->capture_default_str();
  graph->add_option("--width", graph_size.width, "number of atoms in each level")->capture_default_str();
  graph->add_option("--fan-out", graph_size.fan_out, "number of dependencies of each atom")->capture_default_str();
  graph->add_option("--files", graph_size.files, "number of additional files of each atom")->capture_default_str();
  graph->add_option("--file-size", graph_size.file_size, "size of each file in bytes")->capture_default_str();
  graph->add_option("--seed", graph_size.seed, "random seed")->capture_default_str();

  nixlike->add_option("--packages", nixlike_size.packages, "number of packages")->capture_default_str();
  nixlike->add_option("--files", nixlike_size.files, "number of files, with those that no package needs")
      ->capture_default_str();
  nixlike->add_option("--inputs", nixlike_size.inputs, "number of packages that `main` needs")->capture_default_str();
  nixlike->add_option("--tree", nixlike_size.tree, "use this collection instead of generating one");
  nixlike->add_option("--attributes", nixlike_size.attributes, "with --tree: the packages that `main` needs")
      ->delimiter(',');
  nixlike->add_option("--seed", nixlike_size.seed, "random seed")->capture_default_str();

  std::string genesis;
  std::string label;
  auto* id = app.add_subcommand("id", "print the id of the atom LABEL of the set GENESIS");
  id->add_option("GENESIS", genesis, "root commit of the set")->required();
  id->add_option("LABEL", label)->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (id->parsed()) {
    std::cout << atom::AtomId(unwrap(atom::ObjectId::parse(genesis)), unwrap(atom::Label::parse(label))).str() << '\n';
  } else {
    const auto description = make->parsed()      ? world::large_world(size)
                             : graph->parsed()   ? world::graph_world(graph_size)
                             : nixlike->parsed() ? world::nixlike_world(nixlike_size)
                                                 : world::demo_world();
    print(world::make_world(description, directory, url_base), json);
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
