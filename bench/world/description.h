// The description of package sets to generate: plain data, in the order of their history.
//
// large_world(), graph_world() and nixlike_world() create a description from a few numbers and a seed; demo_world()
// returns a fixed one. All are
// deterministic, so the generated repositories are identical on all machines.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace eka::world {

// A dependency.
struct Need {
  std::string set;
  std::string label;
  std::string requirement;
};

struct File {
  enum class Mode { regular, executable, symlink };
  std::string content;  // of a symlink: its target
  Mode mode = Mode::regular;
};

enum class Composer { nix, static_, atom };

// One version of an atom, published from the commit that contains it.
struct Release {
  std::string label;
  std::string version;
  std::string description;
  Composer composer = Composer::nix;
  std::string entry;
  std::optional<Need> composed_by;    // with Composer::atom
  std::vector<Need> needs;            // atoms, by requirement
  std::map<std::string, File> files;  // in addition to atom.toml and atom.lock, which are generated
  bool plannable = true;              // its value has a derivation `main`
};

// One commit of the source history of a set. Its releases depend only on atoms published by earlier commits.
struct Commit {
  std::string set;
  std::string message;
  std::vector<Release> releases;
};

struct Description {
  std::vector<std::string> sets;
  std::vector<Commit> history;
  std::uint64_t seed = 0;  // worlds with different seeds have different genesis commits
};

struct LargeWorld {
  unsigned sets = 3;
  unsigned atoms = 20;
  unsigned versions = 2;
  unsigned files = 3;
  unsigned file_size = 200;
  unsigned dependencies = 2;
  unsigned levels = 3;
  std::uint64_t seed = 1;
};

// `atoms` atoms distributed over `sets` sets. Atoms of a level depend on atoms of lower levels; the last one, "root" in
// the first set, depends on all of them, directly or transitively.
Description large_world(const LargeWorld& size);

struct GraphWorld {
  unsigned sets = 5;
  unsigned depth = 20;
  unsigned width = 1;  // atoms in each level
  unsigned fan_out = 2;
  unsigned files = 0;  // in addition to the expression
  unsigned file_size = 200;
  std::uint64_t seed = 1;
};

// `depth` levels of `width` atoms, each of which needs the `fan_out` atoms nearest below; "root", in the first set,
// needs the highest level. Every atom has the lock of its whole closure, as `eka resolve` writes it.
Description graph_world(const GraphWorld& size);

struct NixlikeWorld {
  unsigned packages = 500;
  unsigned files = 4000;  // about; at least what the packages need
  unsigned inputs = 41;   // packages that `main` needs directly
  std::uint64_t seed = 1;
  // A real collection instead of a generated one: its directory, and the names of the packages that `main` needs,
  // unless it has a `main.nix`. Its `default.nix` is a function that accepts { system }.
  std::string tree{};
  std::vector<std::string> attributes{};
};

// One atom, "collection" in the set of that name, whose tree is a collection of packages in the manner of nixpkgs: a
// fixed point of overlays, callPackage, a library that is imported from everywhere, string contexts, sources that are
// copied into the store. `main.nix`, a function of { system }, gives the same derivation without eka.
Description nixlike_world(const NixlikeWorld& size);

// The three small sets of the demo: base, tools and company.
Description demo_world();

}  // namespace eka::world
