// A cache in a directory of its own, and a runtime to ask it things.
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
  // Lets go of it, as the end of a process does.
  void close() { cache_.reset(); }
  coro::Pool& pool() { return runtime_.pool(); }
  // Everything in it looked at again.
  store::Audit audit(store::Repair repair = store::Repair::no);
  // As the next process would see it; another() as one that runs at the same time.
  void reopen();
  std::unique_ptr<store::Cache> another();

  void accept(const std::string& pack, std::vector<atom::ObjectId> wants, std::size_t piece = 100'000,
              std::vector<atom::ObjectId> bases = {});
  // The error that admitting it is; fails the test when it is none.
  std::optional<Error> refusal(const std::string& pack, std::vector<atom::ObjectId> wants, std::size_t piece = 100'000,
                               std::vector<atom::ObjectId> bases = {});
  // An atom of this set that `giver` delivered, and what it delivered of a label.
  void hold(const atom::ObjectId& genesis, atom::Label label, atom::Version version, const atom::ObjectId& rev,
            const store::Giver& giver = store::Giver::working_tree());
  std::vector<store::CachedAtom> given(const atom::ObjectId& genesis, const atom::Label& label,
                                       const store::Giver& giver = store::Giver::working_tree());
  template <class T>
  T run(coro::Task<T> task) {
    return runtime_.run(std::move(task));
  }
  // What should not be there: in the quarantines, among the packs, at the top. What the pool is still removing is
  // waited for, for a moment.
  std::vector<std::string> leftovers() const;
  std::size_t pack_count() const;

 private:
  std::vector<std::string> leftovers_now() const;
  TemporaryDirectory directory_;
  std::filesystem::path root_ = directory_.path() / "cache";
  // Outlives the threads of the pool: libgit2 frees what it keeps for a thread when the thread ends, if it is still
  // there.
  git::Libgit2 libgit2_;
  coro::Runtime runtime_{2};
  std::unique_ptr<store::Cache> cache_;
};

// Standard output of a command that must succeed.
std::string output_of(const std::string& command);

}  // namespace eka::test
