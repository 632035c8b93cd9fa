// What a world of package sets consists of, before it is made: plain data, in the order of its history.
//
// Two functions write descriptions: large_world() from a handful of numbers and a seed, demo_world() by hand. Both are
// pure, so that a world is the same to the byte on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace eka::world {

// One atom that another asks for.
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

// One version of an atom: published by the commit it stands in.
struct Release {
  std::string label;
  std::string version;
  std::string description;
  Composer composer = Composer::nix;
  std::string entry;
  std::optional<Need> composed_by;    // with Composer::atom
  std::vector<Need> needs;            // atoms, by requirement
  std::map<std::string, File> files;  // beside atom.toml and atom.lock, which are written for it
  bool plannable = true;              // its value has a derivation `main`
};

// One commit of a set's source history. Its releases need only what earlier commits have published.
struct Commit {
  std::string set;
  std::string message;
  std::vector<Release> releases;
};

struct Description {
  std::vector<std::string> sets;
  std::vector<Commit> history;
  std::uint64_t seed = 0;  // worlds of different seeds share no genesis
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

// `atoms` atoms spread over `sets` sets; those of one level need those of the levels below, and the last one, "root" in
// the first set, needs (not always directly) all of them.
Description large_world(const LargeWorld& size);

// Three small sets that tell a story: base, tools and company.
Description demo_world();

}  // namespace eka::world
