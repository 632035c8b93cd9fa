// The git objects of the cache: receives packs, reads commits and files.
//
// All coroutines are called and resumed on the reactor; the work runs on the pool. They throw Error(Kind::integrity)
// for content that does not match its name and Kind::failure for disk errors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/disk/write_access.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/object/repository.h"
#include "store/pack/intake.h"
#include "store/pack/small_packs.h"

namespace eka::store {

// The content of a commit.
struct CommitFacts {
  atom::ObjectId tree;
  std::string text;  // the raw commit object, for atom::parse_atom_commit
};

class Evidence;  // pack/evidence.h

class CachedObjects {
 public:
  // All arguments must outlive it.
  CachedObjects(Repository& repository, Database& database, Uses& uses, WriteAccess access, coro::Pool& pool,
                coro::Clock& clock);

  // `bases` are commits of the same set that are complete in the cache: the pack may omit what they reach, and may be
  // thin.
  coro::Task<std::unique_ptr<Intake>> begin_intake(std::vector<atom::ObjectId> bases = {});
  // A repository for objects that never enter the cache; it is removed when the returned object is destroyed.
  coro::Task<std::unique_ptr<Evidence>> begin_evidence();
  // Whether packs were received since the last call.
  bool take_growth();

  // Returns the commit if it and its whole tree are present, as known or as checked now. Damaged objects count as
  // missing, so that fetching the commit again repairs them.
  coro::Task<std::optional<CommitFacts>> commit(atom::ObjectId rev);
  // Same for many commits, in the given order, for about the cost of one.
  coro::Task<std::vector<std::optional<CommitFacts>>> commits(std::vector<atom::ObjectId> revs);
  // Whether this process has received the commit or found it complete.
  bool has_seen(const atom::ObjectId& rev) const { return whole_.contains(rev); }
  // Records that the commit is not complete.
  void forget(const atom::ObjectId& rev);

  // Records that an object of the tree could not be read: every byte is checked before a commit with this tree counts
  // as complete again.
  void doubt(const atom::ObjectId& tree);
  // Clears the doubt: all objects of the tree were read.
  void trust(const atom::ObjectId& tree);

  // The blob at `path` (separated by slashes) in a tree; nullopt if there is no such file. Symlinks are not followed.
  // Throws Kind::integrity if it is larger than `limit`.
  static constexpr std::size_t largest_file = 16 << 20;
  coro::Task<std::optional<std::string>> file(atom::ObjectId tree, std::string path, std::size_t limit = largest_file);
  // The names of the files in a directory of a tree, in order; none if there is no such directory.
  coro::Task<std::vector<std::string>> names_in(atom::ObjectId tree, std::string directory);
  // The files at `paths` in each of `trees`, in the given order, for about the cost of one. An unreadable tree gives an
  // error for this tree only.
  using Texts = std::vector<std::optional<std::string>>;
  coro::Task<std::vector<Result<Texts>>> files(std::vector<atom::ObjectId> trees, std::vector<std::string> paths);
  // A blob by its id; nullopt if it is missing. Throws Kind::integrity if it is larger than `limit`.
  coro::Task<std::optional<std::string>> blob(atom::ObjectId id, std::size_t limit = largest_file);

  // Writes a commit that eka made. Does not write refs.
  coro::Task<atom::ObjectId> write_commit(std::string text);
  // Records that all objects of a tree were written or found by this process: a commit of it that write_commit() writes
  // is complete. `packed`: as one or more packs.
  void wrote_tree(const atom::ObjectId& tree, bool packed);

 private:
  // What the database says about a commit.
  struct Known {
    bool whole;     // it was complete
    bool doubtful;  // an object of its tree could not be read since
  };
  coro::Task<std::optional<CommitFacts>> check_whole(atom::ObjectId rev, std::optional<CommitFacts> facts, Known known);

  Repository& repository_;  // used on the pool; thread-safe
  Database& database_;
  Uses& uses_;
  WriteAccess access_;
  coro::Pool& pool_;
  std::unordered_set<atom::ObjectId> whole_;
  std::unordered_set<atom::ObjectId> whole_trees_;  // for write_commit()
  bool has_grown_ = false;
  SmallPacks small_packs_;
};

}  // namespace eka::store
