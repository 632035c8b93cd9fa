// The only wrapper around libarchive: reads a tar or zip archive, entry by entry.
//
// Formats are tar (ustar, pax, GNU) and zip; compressions are gzip, bzip2, xz, lzma, zstd, lz4 and compress. The others
// that libarchive supports are disabled: its mtree format reads other files from the disk, and some compressions start
// programs. Nothing here writes to a disk. Entries are returned unchecked, with their names as in the archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coro/run/pool.h"
#include "store/disk/disk.h"

struct archive;
struct archive_entry;

namespace eka::store {

struct ArchiveEntry {
  enum class Kind { file, directory, symlink, hardlink, other };  // other: devices, pipes, sockets
  Kind kind = Kind::other;
  std::string path;
  std::string target;  // of a link
  bool executable = false;
};

class ArchiveReader {
 public:
  // `limit`: maximum size of the decompressed archive in bytes, including headers and padding: entries without content
  // also cost time, and some headers never become entries. Throws Kind::failure if the file cannot be opened. Every
  // call throws Cancelled soon after `stop` is requested.
  ArchiveReader(const std::filesystem::path& file, std::uint64_t limit, coro::Stop stop);

  // The next entry; nullopt at the end. Throws Kind::integrity if the file is not an archive, is damaged, or exceeds
  // the limit.
  std::optional<ArchiveEntry> next();
  // The next bytes of the current entry, valid until the next call; empty at the end of the entry.
  std::string_view read();

 private:
  struct Free {
    void operator()(archive* reader) const noexcept;
  };
  // Feeds libarchive small pieces: one piece may decompress to thousands of times its size, and the limit and the stop
  // are checked between pieces.
  struct Feed;
  struct FreeFeed {
    void operator()(Feed* feed) const noexcept;
  };
  [[noreturn]] void refuse() const;

  std::unique_ptr<Feed, FreeFeed> feed_;  // must outlive the reader
  std::unique_ptr<archive, Free> reader_;
  std::string block_;
};

}  // namespace eka::store
