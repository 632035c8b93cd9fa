#include "store/intake.h"

#include <cstddef>
#include <string>
#include <utility>

#include "git/libgit2.h"
#include "store/objects.h"
#include "store/pack_scanner.h"
#include "store/quarantine.h"
#include "store/repository.h"
#include "store/survey.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// The indexer is given no object database: a thin pack's bases can only be missing.
git::IndexerHandle make_indexer(const fs::path& directory) {
  git_indexer* raw = nullptr;
  git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
  git::check(git_indexer_new(&raw, directory.c_str(), 0444, nullptr, &options), Kind::failure,
             "cannot write a pack into the cache");
  return git::IndexerHandle(raw);
}

class PackIntake final : public Intake {
 public:
  PackIntake(const fs::path& incoming, fs::path packs, coro::Pool& pool, Admitted admitted, const PackLimits& limits)
      : pool_(pool),
        packs_(std::move(packs)),
        admitted_(std::move(admitted)),
        quarantine_(Quarantine::make(incoming)),
        indexer_(make_indexer(quarantine_.path())),
        scanner_(limits) {}

  coro::Task<> write(std::span<const std::byte> bytes) override {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    // Small pieces are put together, so that the way to the pool and back is worth it.
    if (waiting_.size() >= 256 << 10) co_await coro::offload(pool_, [this] { digest(); });
  }

  coro::Task<> admit(std::vector<atom::ObjectId> wants) override {
    co_await coro::offload(pool_, [this, &wants] {
      digest();
      verify(wants);
    });
    admitted_(wants);
  }

 private:
  // What is waiting goes through the scanner first: the indexer never sees what was refused.
  void digest() {
    scanner_.push(waiting_);
    git::check(git_indexer_append(indexer_.get(), waiting_.data(), waiting_.size(), &progress_), Kind::integrity,
               "the pack is refused");
    waiting_.clear();
  }

  void verify(const std::vector<atom::ObjectId>& wants) {
    scanner_.finish();
    git::check(git_indexer_commit(indexer_.get(), &progress_), Kind::integrity, "the pack is refused");
    const fs::path stem = quarantine_.path() / ("pack-" + std::string(git_indexer_name(indexer_.get())));
    indexer_.reset();
    // Whatever the indexer calls it, we name a pack by its checksum: one name, one content.
    const std::string name = "pack-" + scanner_.trailer().hex();
    for (const char* extension : {".pack", ".idx"}) {
      fs::rename(fs::path(stem) += extension, quarantine_.path() / (name + extension));
    }
    {
      Objects alone = Objects::of_pack(quarantine_.path() / (name + ".idx"));
      Surveyor surveyor(alone);
      for (const atom::ObjectId& want : wants) surveyor.anything(want);
    }
    publish_pack(quarantine_.path(), packs_, name);
  }

  git::Libgit2 libgit2_;
  coro::Pool& pool_;
  fs::path packs_;
  Admitted admitted_;
  Quarantine quarantine_;
  git::IndexerHandle indexer_;
  git_indexer_progress progress_{};  // the indexer keeps its place in it
  PackScanner scanner_;
  std::vector<std::byte> waiting_;
};

}  // namespace

std::unique_ptr<Intake> make_intake(const fs::path& incoming, const fs::path& packs, coro::Pool& pool,
                                    Admitted admitted, const PackLimits& limits) {
  return std::make_unique<PackIntake>(incoming, packs, pool, std::move(admitted), limits);
}

}  // namespace eka::store
