// A bare git repository in the making: objects and refs are gathered in memory and written at the end as one pack and
// one packed-refs file, so that a world of thousands of atoms takes seconds and few files.
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
  // Makes an empty bare repository whose HEAD is refs/heads/main. Throws eka::Error when one is there already.
  explicit Repository(const std::filesystem::path& path);

  atom::ObjectId blob(std::string_view content) { return write(GIT_OBJECT_BLOB, content); }
  atom::ObjectId commit(std::string_view text) { return write(GIT_OBJECT_COMMIT, text); }
  // A tree, with the trees below it, of files by their path.
  atom::ObjectId tree(const std::map<std::string, File>& files);
  // The same where some directories exist already as trees.
  atom::ObjectId tree(const std::map<std::string, File>& files,
                      const std::map<std::string, atom::ObjectId>& directories);

  void ref(const std::string& name, const atom::ObjectId& id) { refs_[name] = id; }

  // Nothing is on disk before this.
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
