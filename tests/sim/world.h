// A world of package sets as it truly is: sets, their atoms and versions, and the git objects that say so. Pure data,
// made from a seed; servers.h puts it on line, model.h says what must come of it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "tests/sim/random.h"

namespace eka::sim {

enum class ObjectKind { commit = 1, tree = 2, blob = 3 };

struct GitObject {
  ObjectKind kind;
  std::string content;
  std::string packed;                    // as an entry of a pack
  std::vector<atom::ObjectId> children;  // without the parents of commits
  std::vector<atom::ObjectId> parents{};
};

// All objects of all sets; who serves which is told by refs.
class ObjectBank {
 public:
  atom::ObjectId blob(const std::string& content) { return add(ObjectKind::blob, content, {}, {}); }
  atom::ObjectId tree(const std::map<std::string, std::string>& files,
                      const std::map<std::string, atom::ObjectId>& directories = {});
  // An atom commit, which has no parents and says where it comes from.
  atom::ObjectId atom_commit(const std::string& text, const atom::ObjectId& tree) {
    return add(ObjectKind::commit, text, {tree}, {});
  }
  // A commit of a history.
  atom::ObjectId commit(const std::string& words, const atom::ObjectId& tree, std::vector<atom::ObjectId> parents);
  const GitObject& at(const atom::ObjectId& id) const { return objects_.at(id); }
  bool contains(const atom::ObjectId& id) const { return objects_.contains(id); }
  // The object and what it reaches, into `into`; `from` itself in any case.
  struct Reach {
    bool history = false, trees = true, blobs = true;
  };
  void reach(const atom::ObjectId& from, const Reach& what, std::set<atom::ObjectId>& into) const;

 private:
  atom::ObjectId add(ObjectKind kind, const std::string& content, std::vector<atom::ObjectId> children,
                     std::vector<atom::ObjectId> parents);
  std::map<atom::ObjectId, GitObject> objects_;
};

using Refs = std::map<std::string, atom::ObjectId>;

struct Need {
  std::size_t set;
  std::string label;
  std::string requirement;  // "^<major>"
};

// A repository that is no set: what [deps.direct.nix] fetches.
struct SourceRepository {
  std::string url;
  std::string marker;  // the content of its only file
  atom::ObjectId rev;
  Refs refs;
};

struct Release {
  std::size_t set;
  std::string label;
  unsigned major, minor;
  std::vector<Need> needs;
  std::optional<Need> composer;         // the atom that composes it
  std::optional<std::size_t> source{};  // its direct source: a place in World::sources
  bool locked = false;                  // has an atom.lock
  std::string marker;                   // the content of its code
  // What its lock binds, by set and label: places in World::releases.
  std::map<std::pair<std::size_t, std::string>, std::size_t> lock{};
  atom::ObjectId rev{}, tree{}, manifest{};

  std::string version() const { return std::to_string(major) + "." + std::to_string(minor) + ".0"; }
  std::vector<Need> all_needs() const;
  bool has_dependencies() const { return !needs.empty() || composer || source; }
};

struct Set {
  std::string name;
  std::vector<std::string> urls;  // the first is its own, the others are mirrors
  atom::ObjectId genesis;
  atom::ObjectId head;  // of its history
  Refs refs;
  std::map<std::string, atom::ObjectId> directories{};  // of its working tree: an atom each, as it is last
};

struct Size {
  std::size_t sets = 3, labels = 4, versions = 3, mirrors = 2, needs = 2, sources = 2;
};

struct World {
  ObjectBank bank;
  std::vector<Set> sets;
  std::vector<SourceRepository> sources;
  std::deque<Release> releases;  // in the order in which they were published
  // An atom is asked for by one major version only, so that the highest of everything is always a solution.
  std::map<std::pair<std::size_t, std::string>, unsigned> majors;
  std::size_t author;  // the set whose working tree lies on this machine; it begins empty

  // The highest release of `label` in `set` with this major version (0: any) among the first `known`.
  const Release* highest(std::size_t set, const std::string& label, unsigned major, std::size_t known) const;
  std::string text() const;  // for people
  // Adds a commit to the history of `set`, in which the atom `label` is the tree `atom`.
  atom::ObjectId commit_to(Set& set, const std::string& label, const atom::ObjectId& atom);
  // Of a release whose needs, composer and source are set.
  std::string manifest(const Release& release) const;
};

// What ekala.toml says of a set with these atoms.
std::string set_file_of(const Set& set);

World make_world(Random random, const Size& size);

}  // namespace eka::sim
