// The git objects of the cache: packs are received, commits and files read.
//
// All coroutines are called on, and resume on, the reactor; the work is done on the pool. Throws Error(Kind::integrity)
// for content that is not what its name says, Kind::failure for the disk.
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
#include "git/object/working_tree.h"
#include "store/disk/write_access.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/object/repository.h"
#include "store/pack/intake.h"
#include "store/pack/small_packs.h"

namespace eka::store {

// What a commit says, read back from the object store.
struct CommitFacts {
  atom::ObjectId tree;
  std::string text;  // the raw commit object; atom::parse_atom_commit reads it
};

class Evidence;  // pack/evidence.h

class CachedObjects {
 public:
  // All must outlive it.
  CachedObjects(Repository& repository, Database& database, Uses& uses, WriteAccess access, coro::Pool& pool,
                coro::Clock& clock);

  // `bases` are commits of the same set, whole in the cache: the pack may leave out what they reach, and be thin.
  coro::Task<std::unique_ptr<Intake>> begin_intake(std::vector<atom::ObjectId> bases = {});
  // A place for objects that never enter the cache; it goes with what is returned.
  coro::Task<std::unique_ptr<Evidence>> begin_evidence();
  // Whether packs were received since the last call.
  bool take_growth();

  // The commit if it and its whole tree are here: seen so before, or walked now. Damage in the object store counts as
  // absence, so that fetching the commit again repairs it.
  coro::Task<std::optional<CommitFacts>> commit(atom::ObjectId rev);
  // Many, in their order, at the price of one.
  coro::Task<std::vector<std::optional<CommitFacts>>> commits(std::vector<atom::ObjectId> revs);
  // Whether this process received the commit, or has seen it whole.
  bool has_seen(const atom::ObjectId& rev) const { return whole_.contains(rev); }
  // The commit is not whole.
  void forget(const atom::ObjectId& rev);

  // Something of the tree could not be read: before a commit of it counts as whole again, every byte is read.
  void doubt(const atom::ObjectId& tree);
  // Everything of the tree was read.
  void trust(const atom::ObjectId& tree);

  // The blob at `path` (slash separated) of a tree; nothing when there is no such file. Symlinks are not followed.
  // Kind::integrity when it is larger than `limit`.
  static constexpr std::size_t largest_file = 16 << 20;
  coro::Task<std::optional<std::string>> file(atom::ObjectId tree, std::string path, std::size_t limit = largest_file);
  // The files at `paths` of each of `trees`, in their order, at the price of one. A tree that cannot be read fails
  // alone.
  using Texts = std::vector<std::optional<std::string>>;
  coro::Task<std::vector<Result<Texts>>> files(std::vector<atom::ObjectId> trees, std::vector<std::string> paths);
  // A blob by its id; nothing when it is not here. Kind::integrity when it is larger than `limit`.
  coro::Task<std::optional<std::string>> blob(atom::ObjectId id, std::size_t limit = largest_file);

  // A local atom enters like a fetched one: its files become a tree, its commit an object. Neither is named yet.
  coro::Task<atom::ObjectId> snapshot(std::vector<git::WorkingFile> files);
  coro::Task<atom::ObjectId> write_commit(std::string text);

 private:
  coro::Task<std::optional<CommitFacts>> check_whole(atom::ObjectId rev, std::optional<CommitFacts> facts,
                                                     bool doubtful);
  bool is_whole(const atom::ObjectId& rev);

  Repository& repository_;  // used on the pool; safe there
  Database& database_;
  Uses& uses_;
  WriteAccess access_;
  coro::Pool& pool_;
  std::unordered_set<atom::ObjectId> whole_;
  bool has_grown_ = false;
  SmallPacks small_packs_;
};

}  // namespace eka::store
