// Writes a bare git repository: objects and refs are collected in memory and written as one pack and one packed-refs
// file, so that thousands of atoms take seconds and few files.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"
#include "world/description.h"

namespace eka::world {

class Repository {
 public:
  // Creates an empty bare repository whose HEAD is refs/heads/main. Throws eka::Error if it exists.
  explicit Repository(const std::filesystem::path& path);

  atom::ObjectId blob(std::string_view content) { return write(GIT_OBJECT_BLOB, content); }
  atom::ObjectId commit(std::string_view text) { return write(GIT_OBJECT_COMMIT, text); }
  // Writes a tree with its subtrees, from files by path.
  atom::ObjectId tree(const std::map<std::string, File>& files);
  // The same, with some directories given as existing trees.
  atom::ObjectId tree(const std::map<std::string, File>& files,
                      const std::map<std::string, atom::ObjectId>& directories);

  void ref(const std::string& name, const atom::ObjectId& id) { refs_[name] = id; }

  // Writes everything to disk.
  void finish();

 private:
  atom::ObjectId write(git_object_t type, std::string_view content);

  git::Libgit2 library_;
  std::filesystem::path path_;
  git::RepositoryHandle repository_;
  git::OdbHandle odb_;
  std::set<atom::ObjectId> objects_;
  std::map<std::string, atom::ObjectId> refs_;
};

}  // namespace eka::world
