// The cache on disk, shared by every eka process of a user.
//
//   git/                one bare repository; atoms are kept by refs (name/refs.h)
//   git/incoming/…      quarantines: packs that are still arriving, one directory per intake
//   trees/<tree id>/    materialised trees, complete or absent
//   sources/<sha256>    single files from elsewhere, by their content
//   eka.db              SQLite: tree id -> NAR hash, evaluation digest -> derivation, facts of hosts
//   lock                held shared by every eka that runs, exclusively by what removes things (use_lock.h)
//
// It is crash-only: no lock is held across network use, everything appears by rename, refs are written last,
// and an unusable part is a miss. All coroutines are called on, and resume on, the reactor; the work is done on the
// pool. Throws Error(Kind::integrity) for content that is not what its name says, Kind::failure for the disk.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"
#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "git/object/working_tree.h"
#include "git/remote/remote.h"
#include "git/transport/host_memory.h"
#include "store/name/atom_name.h"
#include "store/pack/intake.h"
#include "store/source/incoming_file.h"

namespace eka::store {

// What a commit says, read back from the object store.
struct CommitFacts {
  atom::ObjectId tree;
  std::string text;  // the raw commit object; atom::parse_atom_commit reads it
};

class Evidence;  // pack/evidence.h

class Cache {
 public:
  // `root` must be a directory that only this user can have filled (cache_owner.h). Makes what is missing, for this
  // user alone, removes quarantines whose owner is dead, and says that the cache is in use as long as this object
  // lives; when it is being collected, waits for that a while. `pool` and `clock` must outlive the cache. A program
  // holds a git::Libgit2 that outlives the pool, or libgit2 leaks what it keeps for each thread.
  static coro::Task<std::unique_ptr<Cache>> open(std::filesystem::path root, coro::Pool& pool,
                                                 coro::Clock& clock = coro::Clock::system());
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  const std::filesystem::path& root() const;
  // What is wrong with the cache without being an error, for a person to read; empty when all is well.
  const std::string& warning() const;
  // Why the cache may only be read (write_access.h); empty when it may be written. Then nothing is remembered beyond
  // the run, and what has to write, as every intake has, throws what check_writable() throws.
  const std::string& obstacle() const;
  void check_writable() const;

  // --- objects
  // `bases` are commits of the same set, whole in the cache: the pack may leave out what they reach, and be thin.
  coro::Task<std::unique_ptr<Intake>> begin_intake(std::vector<atom::ObjectId> bases = {});
  // A place for objects that never enter the cache; it goes with what is returned.
  coro::Task<std::unique_ptr<Evidence>> begin_evidence();
  // The commit if it and its whole tree are here: seen so before, or walked now. Damage in the object store counts as
  // absence, so that fetching the commit again repairs it.
  coro::Task<std::optional<CommitFacts>> commit(atom::ObjectId rev);
  // Many, in their order, at the price of one.
  coro::Task<std::vector<std::optional<CommitFacts>>> commits(std::vector<atom::ObjectId> revs);
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

  // --- atoms. Who delivered one is recorded so that nobody else is told of it, and so that its objects are kept. It is
  // no answer to which revision a version is: that is vouched().
  // What `by` delivered of many labels, in their order, each in ascending order of versions.
  coro::Task<std::vector<std::vector<CachedAtom>>> given(Giver by, atom::ObjectId genesis,
                                                         std::vector<atom::Label> labels);
  // Written last, when all the objects are in. `genesis` is the set under which the atoms were wanted; their commits
  // say the rest.
  coro::Task<> hold(Giver by, atom::ObjectId genesis, std::vector<AtomName> atoms);
  // Writes refs for those of `atoms`, which are whole in the cache, that no ref keeps: a run that ends between intake
  // and hold() leaves such atoms. Who delivered them is not known any more, so no remote is told that they are here.
  // Looks up refs only for atoms that the database does not know to be held. Does nothing if the cache is read-only.
  coro::Task<> hold_unheld(atom::ObjectId genesis, std::vector<AtomName> atoms);

  // --- sources that are no atoms
  coro::Task<std::unique_ptr<IncomingFile>> begin_file();
  // The file with this SHA-256; nothing when there is none.
  coro::Task<std::optional<std::filesystem::path>> source_file(atom::NarHash hash);
  // The tree of the source that was called so, when all of it is here. A name says what its content is
  // (source_name.h), and is written last.
  coro::Task<std::optional<atom::ObjectId>> source_tree(std::string name);
  coro::Task<> name_source(std::string name, atom::ObjectId tree);

  // --- trees
  // The directory that holds the tree, written if need be. Complete or absent, also after a power cut: a directory that
  // was not written or checked since the machine was started is compared with the objects first, and files are never
  // synced one by one.
  coro::Task<std::filesystem::path> materialise(atom::ObjectId tree);
  // SHA-256 of the NAR of the tree, from the objects alone; remembered.
  coro::Task<atom::NarHash> nar_hash(atom::ObjectId tree);

  // At the end of a run: merges packs that have piled up, if this run added to them (merge.h). Bounded in time. Never
  // fails: what is not merged now is merged another time. Why it could not be done, for a person to read, or nothing.
  coro::Task<std::string> tidy();

  // --- use. What a run asks for by id or by hash is used, and `eka cache gc` keeps it for a while. It also keeps what
  // the locks of such atoms name, sources included; and what the locks at these paths name, as long as the files are
  // there, however long ago it was.
  void note_lock(const std::filesystem::path& file);

  // --- facts. These do not suspend: SQLite answers in microseconds, and gives up rather than wait long
  // for another process. None of them can fail: what cannot be read is not remembered.
  std::vector<std::optional<std::string>> remembered_evaluations(const std::vector<std::string>& digests);
  void remember_evaluation(const std::string& digest, const std::string& value);
  // What a remote said of its set, by the URL that it was reached at (after insteadOf). Nobody else's word is kept
  // here, and it is an answer for that URL only. The genesis is the one that was last seen there.
  std::optional<atom::ObjectId> genesis_at(const atom::Url& reached_at);
  void remember_genesis(const atom::Url& reached_at, atom::ObjectId genesis);
  // Which revisions it said the versions of each of the labels are, in their order, each ascending. Objects of them
  // may be missing.
  std::vector<std::vector<CachedAtom>> vouched(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                               const std::vector<atom::Label>& labels);
  // A version that is known already keeps its revision.
  void remember_vouched(const atom::Url& reached_at, const atom::ObjectId& genesis, const std::vector<AtomName>& atoms);
  // That something was once asked for so, and what it came to was locked: see engine/sources.h.
  bool knows_request(const std::string& request);
  void remember_request(const std::string& request);
  // What a run asked of remotes to choose versions, by who wanted to know: asked again next time, in one round.
  std::optional<std::string> remembered_questions(const std::string& asker);
  void remember_questions(const std::string& asker, const std::string& value);
  git::HostMemory& hosts();
  // How long the host of a url takes to answer; and when the remote at that very url failed, if it has not answered
  // since.
  std::optional<std::chrono::microseconds> answer_time(const atom::Url& url);
  std::optional<std::chrono::system_clock::time_point> failed_at(const atom::Url& url);
  void remember_answer(const atom::Url& url, std::chrono::microseconds time);
  void remember_failure(const atom::Url& url, std::chrono::system_clock::time_point when);

 private:
  struct Parts;
  explicit Cache(std::unique_ptr<Parts> parts);
  coro::Task<std::optional<CommitFacts>> seen_whole(atom::ObjectId rev, std::optional<CommitFacts> facts,
                                                    bool doubtful);
  std::unique_ptr<Parts> parts_;
};

}  // namespace eka::store
