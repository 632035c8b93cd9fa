// A cache in a temporary directory, and a runtime for its coroutines.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "store/cache.h"
#include "store/maintenance/audit.h"
#include "tests/temporary_directory.h"

namespace eka::test {

coro::Task<> take_in(store::Cache* cache, std::string pack, std::vector<atom::ObjectId> wants, std::size_t piece,
                     std::vector<atom::ObjectId> bases = {});

class CacheFixture {
 public:
  CacheFixture();
  ~CacheFixture();

  const std::filesystem::path& root() const { return root_; }
  store::Cache& cache() { return *cache_; }
  // Closes it, like the end of a process.
  void close() { cache_.reset(); }
  coro::Pool& pool() { return runtime_.pool(); }
  // Checks everything in the cache.
  store::Audit audit(store::Repair repair = store::Repair::no);
  // Reopens it like the next process; another() is like a concurrent one.
  void reopen();
  std::unique_ptr<store::Cache> another();

  void accept(const std::string& pack, std::vector<atom::ObjectId> wants, std::size_t piece = 100'000,
              std::vector<atom::ObjectId> bases = {});
  // The error of accepting a pack; fails the test if there is none.
  std::optional<Error> refusal(const std::string& pack, std::vector<atom::ObjectId> wants, std::size_t piece = 100'000,
                               std::vector<atom::ObjectId> bases = {});
  // Records an atom of this set delivered by `giver`; lists what it delivered for a label.
  void hold(const atom::ObjectId& genesis, atom::Label label, atom::Version version, const atom::ObjectId& rev,
            const store::Giver& giver = store::Giver::working_tree());
  std::vector<store::CachedAtom> given(const atom::ObjectId& genesis, const atom::Label& label,
                                       const store::Giver& giver = store::Giver::working_tree());
  template <class T>
  T run(coro::Task<T> task) {
    return runtime_.run(std::move(task));
  }
  // Files that should not exist: in the quarantines, among the packs, at the top. Waits briefly for removals that are
  // still running on the pool.
  std::vector<std::string> leftovers() const;
  std::size_t pack_count() const;

 private:
  std::vector<std::string> leftovers_now() const;
  TemporaryDirectory directory_;
  std::filesystem::path root_ = directory_.path() / "cache";
  // Outlives the threads of the pool: libgit2 frees thread-local data when a thread ends, if it is still initialized.
  git::Libgit2 libgit2_;
  coro::Runtime runtime_{2};
  std::unique_ptr<store::Cache> cache_;
};

// Standard output of a command, which must succeed.
std::string output_of(const std::string& command);

}  // namespace eka::test
