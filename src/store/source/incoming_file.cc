#include "store/source/incoming_file.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atom/hash/digest.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/source/unpack.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = std::size_t{256} << 10;
constexpr const char* cannot_write = "cannot write a file to the cache";

class PrivateFile final : public IncomingFile {
 public:
  PrivateFile(const fs::path& quarantines, fs::path files, coro::Pool& pool,
              std::function<coro::Task<std::unique_ptr<Intake>>()> begin_intake)
      : quarantine_(Quarantine::make(quarantines, pool)),
        files_(std::move(files)),
        pool_(pool),
        begin_intake_(std::move(begin_intake)),
        file_(::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (!file_) throw_errno(cannot_write);
  }

  coro::Task<> write(std::span<const std::byte> bytes) override {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    waiting_ += text;
    size_ += text.size();
    if (waiting_.size() >= piece) co_await coro::offload(pool_, [this] { flush(); });
  }

  std::uint64_t size() const override { return size_; }

  coro::Task<> restart() override {
    co_await coro::offload(pool_, [this] {
      waiting_.clear();
      size_ = 0;
      digest_ = {};
      if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) throw_errno(cannot_write);
    });
  }

  coro::Task<atom::NarHash> keep() override {
    co_return co_await coro::offload(pool_, [this] {
      flush();
      const atom::NarHash hash(digest_.finish());
      const auto place = files_ / hash.hex();
      // An existing file has the same bytes unless it was modified; then this repairs it.
      if (::fchmod(file_.get(), 0400) != 0) throw_errno(cannot_write);
      make_durable(path());
      if (::rename(path().c_str(), place.c_str()) != 0) throw_errno(cannot_write);
      make_durable(files_);
      return hash;
    });
  }

  coro::Task<atom::ObjectId> unpack() override {
    const auto tree = co_await coro::offload(pool_, [this](coro::Stop stop) {
      flush();
      return store::unpack(path(), pack(), stop);
    });
    auto intake = co_await begin_intake_();
    co_await copy_pack(*intake);
    std::vector<atom::ObjectId> wants{tree};
    co_await intake->accept(std::move(wants));
    co_return tree;
  }

 private:
  fs::path path() const { return quarantine_.path() / "file"; }
  fs::path pack() const { return quarantine_.path() / "pack"; }

  void flush() {
    digest_.update(waiting_);
    write_all(file_.get(), waiting_, cannot_write);
    waiting_.clear();
  }

  coro::Task<> copy_pack(Intake& intake) {
    const FileDescriptor from(::open(pack().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!from) throw_errno("cannot read from the cache");
    atom::Sha1 checksum;
    std::string buffer;
    while (true) {
      co_await coro::offload(pool_, [&] {
        buffer.resize(piece);
        const auto got = ::read(from.get(), buffer.data(), buffer.size());
        if (got < 0) throw_errno("cannot read from the cache");
        buffer.resize(static_cast<std::size_t>(got));
        checksum.update(buffer);
      });
      if (buffer.empty()) break;
      const auto bytes = std::as_bytes(std::span(buffer));
      co_await intake.write(bytes);
    }
    const auto trailer = checksum.finish();
    const auto bytes = std::as_bytes(std::span(trailer));
    co_await intake.write(bytes);
  }

  Quarantine quarantine_;
  fs::path files_;
  coro::Pool& pool_;
  std::function<coro::Task<std::unique_ptr<Intake>>()> begin_intake_;
  FileDescriptor file_;
  atom::Sha256 digest_;
  std::string waiting_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<IncomingFile> make_incoming_file(const fs::path& quarantines, fs::path files, coro::Pool& pool,
                                                 std::function<coro::Task<std::unique_ptr<Intake>>()> begin_intake) {
  return std::make_unique<PrivateFile>(quarantines, std::move(files), pool, std::move(begin_intake));
}

}  // namespace eka::store
