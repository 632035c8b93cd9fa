// A package set in its source: ekala.toml and the atoms it lists (protocol §4).
//
// The same code reads a working tree and the tree of any commit: only reading a file differs.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/manifest/manifest.h"
#include "atom/names/label.h"
#include "base/error.h"

namespace eka::engine {

// Reads a file by its "/"-separated path from the set's root; nothing if it does not exist.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

// For a working tree (git/object/working_file.h describes what is rejected).
ReadFile files_of(std::filesystem::path directory);

struct SourceAtom {
  std::string directory;  // from the set's root
  atom::Manifest manifest;
};

struct PackageSet {
  atom::SetManifest manifest;
  std::map<atom::Label, SourceAtom> atoms;
  std::vector<std::string> warnings;  // listed directories without an atom, with what to do about them
};

inline constexpr const char* set_file = "ekala.toml";
inline constexpr const char* atom_file = "atom.toml";
inline constexpr const char* lock_file = "atom.lock";

// Reports all problems at once: every invalid manifest, every label used by two directories (both are named).
Result<PackageSet> read_package_set(const ReadFile& read);

}  // namespace eka::engine
