#include "store/pack/intake.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "git/libgit2/libgit2.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/object/lender.h"
#include "store/object/objects.h"
#include "store/object/repository.h"
#include "store/object/survey.h"
#include "store/pack/index_by_git.h"
#include "store/pack/memory_pack.h"
#include "store/pack/pack_scanner.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Without an object database, the bases of a thin pack are missing. Indexing stops soon after `*stop` is requested.
git::IndexerHandle make_indexer(const fs::path& directory, git_odb* bases, std::optional<coro::Stop>* stop) {
  git_indexer* raw = nullptr;
  git_indexer_options options;
  git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION);
  options.progress_cb = [](const git_indexer_progress*, void* payload) {
    const auto& asked = *static_cast<std::optional<coro::Stop>*>(payload);
    return asked && asked->requested() ? -1 : 0;
  };
  options.progress_cb_payload = stop;
  git::check(git_indexer_new(&raw, directory.c_str(), 0400, bases, &options), Kind::failure,
             "cannot write a pack to the cache");
  return git::IndexerHandle(raw);
}

// Opens the file that the indexer writes: the only one in its directory.
FileDescriptor open_growing_pack(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    return FileDescriptor(::open(entry.path().c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  }
  return {};
}

// The indexer extends its file and writes through a mapping, so a full disk raises SIGBUS instead of an error.
// Therefore the space is allocated first. File systems without fallocate keep this risk.
void reserve(const FileDescriptor& file, std::uint64_t begin, std::size_t size) {
  if (!file || size == 0) return;
  const auto reserved = ::fallocate(file.get(), 0, static_cast<off_t>(begin), static_cast<off_t>(size));
  if (reserved != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO)) {
    throw_errno("cannot write a pack to the cache");
  }
}

// Distinguishes errors of the disk from errors in the pack.
void check_indexer(int code) {
  if (code >= 0) return;
  const git_error* last = git_error_last();
  const bool is_ours = last != nullptr && (last->klass == GIT_ERROR_OS || last->klass == GIT_ERROR_NOMEMORY);
  git::throw_git_error(is_ours ? Kind::failure : Kind::integrity,
                       is_ours ? "cannot write a pack to the cache" : "invalid pack");
}

// The last bytes of a pack. They differ from what the scanner saw if a thin pack was completed.
atom::ObjectId checksum_of(const fs::path& pack) {
  const FileDescriptor file(::open(pack.c_str(), O_RDONLY | O_CLOEXEC));
  const off_t end = file ? ::lseek(file.get(), 0, SEEK_END) : -1;
  std::array<std::uint8_t, atom::ObjectId::size> bytes{};
  if (end < static_cast<off_t>(bytes.size()) ||
      ::pread(file.get(), bytes.data(), bytes.size(), end - static_cast<off_t>(bytes.size())) !=
          static_cast<ssize_t>(bytes.size())) {
    throw_errno("cannot read a written pack");
  }
  return atom::ObjectId(bytes);
}

constexpr std::size_t small_pack = std::size_t{256} << 10;
constexpr std::size_t small_unfolded = std::size_t{8} << 20;

// A pack in a quarantine, written by libgit2's indexer.
class GrowingPack {
 public:
  GrowingPack(const fs::path& incoming, Lender* lender, coro::Pool& pool)
      : lent_(lender != nullptr ? lender->open() : nullptr),
        quarantine_(Quarantine::make(incoming, pool)),
        indexer_(make_indexer(quarantine_.path(), lent_.get(), &stop_)),
        growing_(open_growing_pack(quarantine_.path())) {}

  void append(std::span<const std::byte> bytes, coro::Stop stop) {
    reserve(growing_, size_, bytes.size());
    stop_ = stop;
    const int code = git_indexer_append(indexer_.get(), bytes.data(), bytes.size(), &progress_);
    stop.check();
    check_indexer(code);
    size_ += bytes.size();
  }

  // Call it after the last append(), to index the pack by other means: returns the pack as a separate file.
  fs::path without_index() {
    const fs::path bare = directory() / "bare.pack";
    fs::rename(fs::directory_iterator(directory())->path(), bare);
    indexer_.reset();
    // libgit2 extends the file beyond the written data.
    if (!growing_ || ::ftruncate(growing_.get(), static_cast<off_t>(size_)) != 0) {
      throw_errno("cannot write a pack to the cache");
    }
    return bare;
  }

  // Call it after the last append(). The pack is named by its checksum, whatever name the indexer gave it: one name,
  // one content.
  std::string finish(coro::Stop stop) {
    stop_ = stop;
    const int code = git_indexer_commit(indexer_.get(), &progress_);
    stop.check();
    check_indexer(code);
    const fs::path stem = directory() / ("pack-" + std::string(git_indexer_name(indexer_.get())));
    indexer_.reset();
    return rename(stem);
  }

  // Renames `stem` to the name derived from its checksum.
  std::string rename(const fs::path& stem) {
    const std::string name = "pack-" + checksum_of(fs::path(stem) += ".pack").hex();
    for (const char* extension : {".pack", ".idx"}) {
      fs::rename(fs::path(stem) += extension, directory() / (name + extension));
    }
    return name;
  }

  const fs::path& directory() const { return quarantine_.path(); }

 private:
  GrowingPack(const GrowingPack&) = delete;
  GrowingPack& operator=(const GrowingPack&) = delete;

  std::optional<coro::Stop> stop_;  // stop of the running job, polled by the indexer
  git::OdbHandle lent_;
  Quarantine quarantine_;
  git::IndexerHandle indexer_;
  FileDescriptor growing_;
  std::uint64_t size_ = 0;
  git_indexer_progress progress_{};  // state of the indexer
};

class PackIntake final : public Intake {
 public:
  PackIntake(const PackPlaces& places, coro::Pool& pool, Accepted admitted, const PackLimits& limits, Demand demand,
             std::unique_ptr<Lender> lender)
      : pool_(pool),
        places_(places),
        admitted_(std::move(admitted)),
        demand_(demand),
        lender_(std::move(lender)),
        few_id_deltas_(limits.id_deltas),
        scanner_(limits_for(limits, lender_ != nullptr)) {
    if (places_.small != nullptr) expected_.emplace(*places_.small);
  }

  coro::Task<> write(std::span<const std::byte> bytes) override {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    // Small pieces are collected, to offload less often.
    if (waiting_.size() >= small_pack) co_await coro::offload(pool_, [this](coro::Stop stop) { digest(stop); });
  }

  coro::Task<> accept(std::vector<atom::ObjectId> wants) override {
    auto small =
        co_await coro::offload(pool_, [this, &wants](coro::Stop stop) { return accept_in_memory(wants, stop); });
    if (expected_) expected_->no_more();
    if (small) {
      co_await places_.small->write(*std::move(small));
    } else if (scanner_.id_deltas() > few_id_deltas_) {
      co_await accept_by_git(&wants);
    } else {
      co_await coro::offload(
          pool_, [this, &wants](coro::Stop stop) { accept_from_disk(wants, growing_->finish(stop), stop); });
    }
    admitted_(wants);
  }

 private:
  // A pack that may be thin is rejected if it has many REF_DELTAs: the full content is then requested instead, which
  // can do without them. In a self-contained pack, git can resolve them.
  static PackLimits limits_for(PackLimits limits, bool thin) {
    if (!thin) limits.id_deltas = limits.objects;
    return limits;
  }

  // Data passes the scanner first: the indexer never sees rejected data.
  void digest(coro::Stop stop) {
    scanner_.push(waiting_);
    if (!growing_) growing_.emplace(places_.incoming, lender_.get(), pool_);
    growing_->append(waiting_, stop);
    waiting_.clear();
  }

  // Returns nullopt if the pack cannot be checked in memory; it is then on disk.
  std::optional<MemoryPack> accept_in_memory(const std::vector<atom::ObjectId>& wants, coro::Stop stop) {
    if (!growing_ && places_.small != nullptr) {
      if (auto pack = MemoryPack::unfold(waiting_, small_unfolded)) {
        verify(Objects::of_source(pack->backend()), wants, stop);
        pack->forget_contents();
        return pack;
      }
    }
    digest(stop);
    scanner_.finish();
    return std::nullopt;
  }

  coro::Task<> accept_by_git(const std::vector<atom::ObjectId>* wants) {
    const fs::path bare = co_await coro::offload(pool_, [this] { return growing_->without_index(); });
    co_await index_by_git(bare);
    co_await coro::offload(pool_, [&](coro::Stop stop) {
      accept_from_disk(*wants, growing_->rename(growing_->directory() / "bare"), stop);
    });
  }

  void accept_from_disk(const std::vector<atom::ObjectId>& wants, const std::string& name, coro::Stop stop) {
    verify(Objects::of_pack(growing_->directory() / (name + ".idx")), wants, stop);
    publish_pack(growing_->directory(), places_.packs, name);
  }

  // `pack` contains the objects of the pack and nothing else.
  void verify(Objects pack, const std::vector<atom::ObjectId>& wants, coro::Stop stop) {
    pack.stop_at(stop);
    if (lender_) pack.also_from(lender_->backend());
    Surveyor surveyor(pack);
    for (const atom::ObjectId& want : wants) {
      if (demand_ == Demand::closure) {
        surveyor.anything(want);
      } else if (!pack.header(want)) {
        throw Error(Kind::integrity, "object " + want.hex() + " was requested, but is not in the pack");
      }
    }
  }

  git::Libgit2 libgit2_;
  coro::Pool& pool_;
  PackPlaces places_;
  Accepted admitted_;
  Demand demand_;
  std::unique_ptr<Lender> lender_;  // null if the pack must be self-contained
  std::optional<SmallPacks::Expected> expected_;
  std::uint64_t few_id_deltas_;
  PackScanner scanner_;
  std::vector<std::byte> waiting_;
  std::optional<GrowingPack> growing_;  // set once the pack is not small
};

}  // namespace

std::unique_ptr<Intake> make_intake(const PackPlaces& places, coro::Pool& pool, Accepted admitted,
                                    const PackLimits& limits, Demand demand, std::unique_ptr<Lender> lender) {
  return std::make_unique<PackIntake>(places, pool, std::move(admitted), limits, demand, std::move(lender));
}

}  // namespace eka::store
