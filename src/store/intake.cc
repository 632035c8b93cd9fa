#include "store/intake.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "git/libgit2.h"
#include "store/disk.h"
#include "store/lender.h"
#include "store/objects.h"
#include "store/pack_scanner.h"
#include "store/quarantine.h"
#include "store/repository.h"
#include "store/survey.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Without an object database a thin pack's bases can only be missing.
git::IndexerHandle make_indexer(const fs::path& directory, git_odb* bases) {
  git_indexer* raw = nullptr;
  git_indexer_options options;
  git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION);
  git::check(git_indexer_new(&raw, directory.c_str(), 0444, bases, &options), Kind::failure,
             "cannot write a pack into the cache");
  return git::IndexerHandle(raw);
}

// The file that the indexer writes: the only one in its directory.
FileDescriptor open_growing_pack(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    return FileDescriptor(::open(entry.path().c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  }
  return {};
}

// The indexer extends its file and then writes through a mapping: on a full disk that is a SIGBUS, not an error. So the
// space is allocated first, where an error is an error. Not every file system can; there we take the risk.
void reserve(const FileDescriptor& file, std::uint64_t begin, std::size_t size) {
  if (!file || size == 0) return;
  const auto reserved = ::fallocate(file.get(), 0, static_cast<off_t>(begin), static_cast<off_t>(size));
  if (reserved != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO)) {
    throw_errno("cannot write a pack into the cache");
  }
}

// The indexer fails for what the pack holds, or for what the disk does.
void check_indexer(int code) {
  if (code >= 0) return;
  const git_error* last = git_error_last();
  const bool is_ours = last != nullptr && (last->klass == GIT_ERROR_OS || last->klass == GIT_ERROR_NOMEMORY);
  git::throw_git_error(is_ours ? Kind::failure : Kind::integrity,
                       is_ours ? "cannot write a pack into the cache" : "the pack is refused");
}

// The last bytes of a pack: not what the scanner saw, when the pack was thin and has been completed.
atom::ObjectId checksum_of(const fs::path& pack) {
  const FileDescriptor file(::open(pack.c_str(), O_RDONLY | O_CLOEXEC));
  const off_t end = file ? ::lseek(file.get(), 0, SEEK_END) : -1;
  std::array<std::uint8_t, atom::ObjectId::size> bytes{};
  if (end < static_cast<off_t>(bytes.size()) ||
      ::pread(file.get(), bytes.data(), bytes.size(), end - static_cast<off_t>(bytes.size())) !=
          static_cast<ssize_t>(bytes.size())) {
    throw_errno("cannot read a pack back");
  }
  return atom::ObjectId(bytes);
}

class PackIntake final : public Intake {
 public:
  PackIntake(const fs::path& incoming, fs::path packs, coro::Pool& pool, Admitted admitted, const PackLimits& limits,
             Demand demand, std::unique_ptr<Lender> lender)
      : pool_(pool),
        packs_(std::move(packs)),
        admitted_(std::move(admitted)),
        demand_(demand),
        lender_(std::move(lender)),
        lent_(lender_ ? lender_->open() : nullptr),
        quarantine_(Quarantine::make(incoming)),
        indexer_(make_indexer(quarantine_.path(), lent_.get())),
        growing_(open_growing_pack(quarantine_.path())),
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
    const std::uint64_t begin = scanner_.bytes();
    scanner_.push(waiting_);
    reserve(growing_, begin, waiting_.size());
    check_indexer(git_indexer_append(indexer_.get(), waiting_.data(), waiting_.size(), &progress_));
    waiting_.clear();
  }

  void verify(const std::vector<atom::ObjectId>& wants) {
    scanner_.finish();
    check_indexer(git_indexer_commit(indexer_.get(), &progress_));
    const fs::path stem = quarantine_.path() / ("pack-" + std::string(git_indexer_name(indexer_.get())));
    indexer_.reset();
    // Whatever the indexer calls it, we name a pack by its checksum: one name, one content.
    const std::string name = "pack-" + checksum_of(fs::path(stem) += ".pack").hex();
    for (const char* extension : {".pack", ".idx"}) {
      fs::rename(fs::path(stem) += extension, quarantine_.path() / (name + extension));
    }
    {
      Objects alone = Objects::of_pack(quarantine_.path() / (name + ".idx"));
      if (lender_) alone.also_from(lender_->backend());
      Surveyor surveyor(alone);
      for (const atom::ObjectId& want : wants) {
        if (demand_ == Demand::closure) {
          surveyor.anything(want);
        } else if (!alone.header(want)) {
          throw Error(Kind::integrity, "object " + want.hex() + " was asked for and is not in the pack");
        }
      }
    }
    publish_pack(quarantine_.path(), packs_, name);
  }

  git::Libgit2 libgit2_;
  coro::Pool& pool_;
  fs::path packs_;
  Admitted admitted_;
  Demand demand_;
  std::unique_ptr<Lender> lender_;  // none when the pack must stand alone
  git::OdbHandle lent_;
  Quarantine quarantine_;
  git::IndexerHandle indexer_;
  FileDescriptor growing_;
  git_indexer_progress progress_{};  // the indexer keeps its place in it
  PackScanner scanner_;
  std::vector<std::byte> waiting_;
};

}  // namespace

std::unique_ptr<Intake> make_intake(const fs::path& incoming, const fs::path& packs, coro::Pool& pool,
                                    Admitted admitted, const PackLimits& limits, Demand demand,
                                    std::unique_ptr<Lender> lender) {
  return std::make_unique<PackIntake>(incoming, packs, pool, std::move(admitted), limits, demand, std::move(lender));
}

}  // namespace eka::store
