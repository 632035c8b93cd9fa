#include "store/source/archive_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace eka::store {
namespace {

constexpr std::size_t block_size = std::size_t{256} << 10;
constexpr std::size_t piece_size = 1 << 10;  // with bzip2 at its best ratio, 40 MB decompressed

// libarchive converts names to the charset of the thread's locale; a UTF-8 locale leaves the bytes unchanged.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) former_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(former_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t former_ = nullptr;
};

// For filters that libarchive was built without, it would start an external program; it reports this only when the
// filter is enabled.
bool is_built_in(int filter) {
  archive* const reader = archive_read_new();
  if (reader == nullptr) throw std::bad_alloc();
  const bool answer = archive_read_support_filter_by_code(reader, filter) == ARCHIVE_OK;
  archive_read_free(reader);
  return answer;
}

std::string text(const char* words) {
  return words == nullptr ? std::string() : std::string(words);
}

ArchiveEntry describe(archive_entry* entry) {
  ArchiveEntry out;
  out.path = text(archive_entry_pathname(entry));
  if (const char* original = archive_entry_hardlink(entry)) {
    out.kind = ArchiveEntry::Kind::hardlink;
    out.target = original;
    return out;
  }
  const auto mode = archive_entry_mode(entry);
  out.executable = (mode & S_IXUSR) != 0;
  switch (mode & S_IFMT) {
    case S_IFREG:
      out.kind = ArchiveEntry::Kind::file;
      break;
    case S_IFDIR:
      out.kind = ArchiveEntry::Kind::directory;
      break;
    case S_IFLNK:
      out.kind = ArchiveEntry::Kind::symlink;
      out.target = text(archive_entry_symlink(entry));
      break;
    default:
      break;
  }
  return out;
}

}  // namespace

struct ArchiveReader::Feed {
  FileDescriptor file;
  std::uint64_t limit;
  coro::Stop stop;
  bool over = false;
  std::array<char, block_size> block{};
  std::size_t begin = 0;
  std::size_t end = 0;

  // Callbacks for libarchive.
  static la_ssize_t read(archive* reader, void* self, const void** piece) {
    auto& feed = *static_cast<Feed*>(self);
    if (feed.stop.requested() || feed.is_over(reader)) return -1;
    if (feed.begin == feed.end) {
      ssize_t got = 0;
      do {
        got = ::read(feed.file.get(), feed.block.data(), feed.block.size());
      } while (got < 0 && errno == EINTR);
      if (got < 0) {
        archive_set_error(reader, errno, "cannot read the file");
        return -1;
      }
      feed.begin = 0;
      feed.end = static_cast<std::size_t>(got);
    }
    *piece = feed.block.data() + feed.begin;
    const std::size_t size = std::min(piece_size, feed.end - feed.begin);
    feed.begin += size;
    return static_cast<la_ssize_t>(size);
  }
  static la_int64_t skip(archive*, void* self, la_int64_t wanted) {
    auto& feed = *static_cast<Feed*>(self);
    const auto skipped = std::min(wanted, static_cast<la_int64_t>(feed.end - feed.begin));
    feed.begin += static_cast<std::size_t>(skipped);
    return skipped;
  }
  static la_int64_t seek(archive* reader, void* self, la_int64_t offset, int whence) {
    auto& feed = *static_cast<Feed*>(self);
    if (whence == SEEK_CUR) offset -= static_cast<la_int64_t>(feed.end - feed.begin);
    feed.begin = feed.end = 0;
    const auto place = ::lseek(feed.file.get(), offset, whence);
    if (place >= 0) return place;
    archive_set_error(reader, errno, "cannot read the file");
    return ARCHIVE_FATAL;
  }

  bool is_over(archive* reader) {
    // The last filter: bytes decompressed and consumed.
    const auto used = archive_filter_bytes(reader, 0);
    over = over || (used > 0 && static_cast<std::uint64_t>(used) > limit);
    return over;
  }
};

void ArchiveReader::FreeFeed::operator()(Feed* feed) const noexcept {
  delete feed;
}

void ArchiveReader::Free::operator()(archive* reader) const noexcept {
  archive_read_free(reader);
}

ArchiveReader::ArchiveReader(const std::filesystem::path& file, std::uint64_t limit, coro::Stop stop)
    : feed_(new Feed{FileDescriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), limit, stop}),
      reader_(archive_read_new()) {
  if (!feed_->file) throw_errno("cannot open " + printable(file.native()));
  if (!reader_) throw std::bad_alloc();
  archive* const reader = reader_.get();
  archive_read_support_format_tar(reader);
  archive_read_support_format_zip(reader);
  for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_LZMA,
                           ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4, ARCHIVE_FILTER_COMPRESS}) {
    if (is_built_in(filter)) archive_read_support_filter_by_code(reader, filter);
  }
  archive_read_set_read_callback(reader, Feed::read);
  archive_read_set_skip_callback(reader, Feed::skip);
  archive_read_set_seek_callback(reader, Feed::seek);
  archive_read_set_callback_data(reader, feed_.get());
  if (archive_read_open1(reader) != ARCHIVE_OK) refuse();
}

void ArchiveReader::refuse() const {
  feed_->stop.check();
  if (feed_->over) {
    throw Error(Kind::integrity,
                "archive exceeds the expansion limit: more than " + std::to_string(feed_->limit >> 20) + " MiB");
  }
  throw Error(Kind::integrity, "cannot read the archive: " + printable(text(archive_error_string(reader_.get()))));
}

std::optional<ArchiveEntry> ArchiveReader::next() {
  const Utf8Names names;
  feed_->stop.check();
  if (feed_->is_over(reader_.get())) refuse();
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(reader_.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) refuse();
  return describe(entry);
}

std::string_view ArchiveReader::read() {
  feed_->stop.check();
  block_.resize(block_size);
  const auto got = archive_read_data(reader_.get(), block_.data(), block_.size());
  if (got < 0) refuse();
  return std::string_view(block_).substr(0, static_cast<std::size_t>(got));
}

}  // namespace eka::store
