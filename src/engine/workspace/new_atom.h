// Creates an atom in a set: its manifest, its Nix expression, and its entry in ekala.toml. Blocks; nothing is fetched.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::engine {

// A composer for new atoms (configuration: manifest.default.composer).
struct DefaultComposer {
  std::string tag;      // of the set it comes from
  std::string address;  // URL of that set, aliases expanded
  std::string label;
};

struct NewAtomRequest {
  std::filesystem::path directory;
  atom::Version version{0, 1, 0};
  std::optional<atom::Label> label;         // default: the directory's name
  std::optional<DefaultComposer> composer;  // default: plain Nix
};

struct NewAtomReport {
  atom::Label label;
  std::filesystem::path manifest;
  std::optional<std::filesystem::path> expression;  // if one was written
  std::vector<std::string> warnings;                // about the set before the change
};

// Without a composer, the atom can be planned as it is: unless the directory has a default.nix, one is written that
// builds a file. The files have comments that say what to write into them.
//
// Writes the set first and the manifest last; if it is killed in between, the next run with the same request completes
// it. Throws Kind::usage: no set above the directory, a label that is in use (both paths are named), an existing
// atom.toml.
NewAtomReport new_atom(const NewAtomRequest& request);

// The directory that contains ekala.toml, from `start` upwards. Kind::usage if there is none, or if it belongs to
// another user (git/config/safe_directory.h).
std::filesystem::path find_set(const std::filesystem::path& start);

}  // namespace eka::engine
