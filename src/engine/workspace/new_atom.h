// Creates an atom in a set: its manifest, and its entry in ekala.toml.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::engine {

// The composer that a new atom gets (configuration: manifest.default.composer).
struct DefaultComposer {
  std::string tag;      // of the set it comes from
  std::string address;  // URL of that set, aliases expanded
  std::string label;
};

struct NewAtomRequest {
  std::filesystem::path directory;
  atom::Version version{0, 1, 0};
  std::optional<atom::Label> label;  // default: the directory's name
  DefaultComposer composer;
};

struct NewAtomReport {
  atom::Label label;
  std::filesystem::path manifest;
  std::vector<std::string> warnings;  // about the set before the change
};

// Writes the set first, then the manifest; if it is killed in between, the next run with the same request completes it.
// Throws Kind::usage: no set above the directory, a label that is in use (both paths are named), an existing atom.toml.
NewAtomReport new_atom(const NewAtomRequest& request);

// The directory that contains ekala.toml, from `start` upwards. Kind::usage if there is none, or if it belongs to
// another user (git/config/safe_directory.h).
std::filesystem::path find_set(const std::filesystem::path& start);

}  // namespace eka::engine
