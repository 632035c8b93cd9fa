// What the remote of a set has of its atoms, according to its refs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/publish/source.h"
#include "git/config/git_program.h"
#include "git/wire/ref.h"

namespace eka::engine {

class SetAtRemote {
 public:
  SetAtRemote() = default;
  explicit SetAtRemote(std::vector<git::Ref> refs);

  // The prefixes of the refs that tell about the requested atoms of `source` and everything of the set that they need.
  static std::vector<std::string> prefixes(const PublishSource& source);

  const std::vector<git::Ref>& refs() const { return refs_; }
  std::optional<atom::ObjectId> revision(const atom::Label& label, const atom::Version& version) const;
  // Whether it has this version of the atom with the same content, possibly from another commit. No fetch is needed: an
  // atom commit is a function of its tree and its origin, and the remote lists its origin.
  bool has(const SourceOfAtom& atom) const;

  // The refs of the atom, those that the remote already has left out.
  std::vector<git::PushedRef> missing(const SourceOfAtom& atom) const;
  // As it will be after these refs were pushed.
  SetAtRemote with(const std::vector<git::PushedRef>& pushed) const;

 private:
  const git::Ref* find(const std::string& name) const;

  std::vector<git::Ref> refs_;  // by name
};

}  // namespace eka::engine
