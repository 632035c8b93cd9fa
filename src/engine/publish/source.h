// The atoms of one commit of the user's repository, as they would be published. Blocks; call it on the pool.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/names/atom_commit.h"
#include "engine/publish/publish.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {

// An atom of the commit, and its future commit.
struct SourceOfAtom {
  atom::AtomCommit commit;
  atom::ObjectId rev;
  atom::ObjectId manifest_blob;
  atom::Manifest manifest;
  std::optional<std::string> lock_text{};
  std::optional<atom::Lock> lock{};
  std::optional<Error> lock_error{};  // if it cannot be read
  std::set<atom::Label> needs{};      // needs.h
  std::string directory{};            // from the root of the repository, "" or ending with "/"
  std::string in_set{};               // its directory as listed in ekala.toml
  bool wanted = false;                // requested

  std::string file(std::string_view name) const { return directory + std::string(name); }
  std::string str() const { return commit.label.str() + " " + commit.version.str(); }
};

struct PublishSource {
  std::filesystem::path base;                        // where git runs; base of a remote that is a relative path
  std::filesystem::path common;                      // the git directory
  std::filesystem::path objects;                     // its objects
  std::optional<std::filesystem::path> working_set;  // the set's directory, if the commit is checked out there
  std::string prefix;                                // of the set in the repository, "" or ending with "/"
  atom::ObjectId commit;
  atom::ObjectId genesis;
  std::map<atom::Label, SourceOfAtom> atoms;  // all of the set
  std::string remote;                         // URL as configured
  std::vector<std::string> warnings;
  std::vector<std::string> uncommitted;  // requested versions that only the working tree has

  // The directory of an atom in the working tree.
  std::filesystem::path working_directory(const SourceOfAtom& atom) const {
    return atom.in_set.empty() ? *working_set : *working_set / atom.in_set;
  }
  // The commit, as users abbreviate it.
  std::string name() const { return commit.hex().substr(0, 12); }
};

// Reads the atoms; the files of a partial clone must be complete (workspace/partial_clone.h): manifests, locks, and
// lists of atoms. Throws Kind::usage: not a set, no such atom, no such remote. Adds the commits of requested atoms to
// the repository.
PublishSource read_publish_source(const PublishRequest& request, const atom::ObjectId& genesis);

}  // namespace eka::engine
