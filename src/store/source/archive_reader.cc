#include "store/source/archive_reader.h"

#include <new>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"

namespace eka::store {
namespace {

constexpr std::size_t block_size = std::size_t{256} << 10;

// libarchive has names in the characters of the thread's locale; UTF-8 lets their bytes through as they are.
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

// What libarchive was built without it would start a program for, and says so only once it is told to.
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

void ArchiveReader::Free::operator()(archive* reader) const noexcept {
  archive_read_free(reader);
}

ArchiveReader::ArchiveReader(const std::filesystem::path& file) : reader_(archive_read_new()) {
  if (!reader_) throw std::bad_alloc();
  archive* const reader = reader_.get();
  archive_read_support_format_tar(reader);
  archive_read_support_format_zip(reader);
  for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_LZMA,
                           ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4, ARCHIVE_FILTER_COMPRESS}) {
    if (is_built_in(filter)) archive_read_support_filter_by_code(reader, filter);
  }
  if (archive_read_open_filename(reader, file.c_str(), block_size) != ARCHIVE_OK) refuse();
}

void ArchiveReader::refuse() const {
  throw Error(Kind::integrity, "the archive cannot be read: " + printable(text(archive_error_string(reader_.get()))));
}

std::optional<ArchiveEntry> ArchiveReader::next() {
  const Utf8Names names;
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(reader_.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) refuse();
  return describe(entry);
}

std::string_view ArchiveReader::read() {
  block_.resize(block_size);
  const auto got = archive_read_data(reader_.get(), block_.data(), block_.size());
  if (got < 0) refuse();
  return std::string_view(block_).substr(0, static_cast<std::size_t>(got));
}

}  // namespace eka::store
