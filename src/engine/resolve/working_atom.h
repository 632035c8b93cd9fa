// Atoms of a working tree, as commands that write to them need them: where they lie, what they say, who they are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/graph.h"

namespace eka::engine {

struct WorkingAtom {
  std::filesystem::path directory;
  std::string name;  // its directory from the set's root, as messages call it
  std::string manifest_text;
  atom::Manifest manifest;
  std::optional<std::string> lock_text;
  std::optional<atom::Lock> lock;
  LocalSet set;
  std::vector<atom::Url> places;  // where its set is published, as far as the repository knows

  std::filesystem::path manifest_file() const;
  std::filesystem::path lock_file() const;
  // One of its files, by its path from the set's root.
  std::string file(const std::string& its_name) const;
  // Replaces its file of that name (`atom_file` or `lock_file`). Blocks.
  void replace(const std::string& file, const std::string& content) const;
  // What is to be chosen for it. `manifest`: as it is, or as it is about to be.
  VersionProblem problem(atom::Manifest its_manifest, bool fresh) const;
};

// The atoms that are named by directory (from `start` or the set's root) or by label; all of the set's with `all`; with
// neither, the one in whose directory `start` lies.
// Blocks. Throws Kind::usage for what is not there or cannot be read.
std::vector<WorkingAtom> find_working_atoms(const std::filesystem::path& start, const std::vector<std::string>& names,
                                            bool all);

}  // namespace eka::engine
