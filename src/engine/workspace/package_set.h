// A package set as its source has it: ekala.toml and the atoms it lists (protocol §4).
//
// The same reading serves a working tree and the tree of any commit: only how a file is read differs.
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

// The content of a file, by its "/"-separated path from the set's root; nothing when there is no such file.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

// Of a working tree (git/object/working_file.h says what is refused there).
ReadFile files_of(std::filesystem::path directory);

struct SourceAtom {
  std::string directory;  // from the set's root
  atom::Manifest manifest;
};

struct PackageSet {
  atom::SetManifest manifest;
  std::map<atom::Label, SourceAtom> atoms;
  std::vector<std::string> warnings;  // a listed directory that holds no atom, with what to do about it
};

inline constexpr const char* set_file = "ekala.toml";
inline constexpr const char* atom_file = "atom.toml";
inline constexpr const char* lock_file = "atom.lock";

// All that is wrong is told at once: every broken manifest, every label that two directories claim (both named).
Result<PackageSet> read_package_set(const ReadFile& read);

}  // namespace eka::engine
