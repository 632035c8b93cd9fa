// A new atom in a set: its manifest, and its place in ekala.toml.
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
  std::string address;  // that set's url, aliases expanded
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
  std::vector<std::string> warnings;  // of the set as it was
};

// The set first, then the manifest; a run that was killed in between is completed by the same one again. Throws
// Kind::usage: no set above the directory, a label that is taken (both paths named), an atom.toml that is there
// already.
NewAtomReport new_atom(const NewAtomRequest& request);

// The directory that holds ekala.toml, from `start` upwards. Kind::usage when there is none, or when it is another
// user's (git/config/safe_directory.h).
std::filesystem::path find_set(const std::filesystem::path& start);

}  // namespace eka::engine
