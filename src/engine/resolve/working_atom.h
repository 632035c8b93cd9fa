// Atoms of a working tree, for commands that write to them: their location, content and identity.
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
  std::string name;  // its directory relative to the set's root, for messages
  std::string manifest_text;
  atom::Manifest manifest;
  std::optional<std::string> lock_text;
  std::optional<atom::Lock> lock;
  LocalSet set;
  std::vector<atom::Url> places;  // where its set is published, according to the repository

  std::filesystem::path manifest_file() const;
  std::filesystem::path lock_file() const;
  // The path of one of its files, relative to the set's root.
  std::string file(const std::string& its_name) const;
  // Replaces its file of that name (`atom_file` or `lock_file`). Blocks.
  void replace(const std::string& file, const std::string& content) const;
  // The version problem of the atom with its current or a changed manifest.
  VersionProblem problem(atom::Manifest its_manifest, bool fresh) const;
};

// The atoms that are named by directory (relative to `start` or the set's root) or by label; with `all`, all of the
// set; with neither, the one that contains `start`. Throws Kind::usage for atoms that do not exist or cannot be read.
coro::Task<std::vector<WorkingAtom>> find_working_atoms(Context& context, std::filesystem::path start,
                                                        std::vector<std::string> names, bool all);
// The same, where the genesis of the set is known. Blocks.
std::vector<WorkingAtom> read_working_atoms(const std::filesystem::path& start, const std::vector<std::string>& names,
                                            bool all, const atom::ObjectId& genesis);

// The atom that contains `start`. Blocks. Throws Kind::usage if none does, with the directories of the atoms.
atom::Label label_at(const std::filesystem::path& start);

}  // namespace eka::engine
