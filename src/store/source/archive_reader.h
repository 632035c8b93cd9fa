// The one door through which libarchive enters: reading a tar or zip archive, entry by entry.
//
// Formats are tar (ustar, pax, GNU) and zip; compressions gzip, bzip2, xz, lzma, zstd, lz4 and compress. Nothing else
// is let in, though libarchive could: its mtree format reads other files of the disk, and some of its compressions
// start programs. Nothing here writes to a disk either. What an entry says is told as it stands: its name is the
// archive's.
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
  // `limit`: how many bytes the decompressed archive may have, headers and padding included: an entry without content
  // costs time, too, and some headers never become entries. Throws Kind::failure for a file that cannot be opened, and
  // Cancelled from every call soon after `stop` is requested.
  ArchiveReader(const std::filesystem::path& file, std::uint64_t limit, coro::Stop stop);

  // The next entry; nothing at the end. Throws Kind::integrity for what is no archive, or a damaged one, or one over
  // the limit.
  std::optional<ArchiveEntry> next();
  // The next bytes of the present entry, valid until the next call; empty at their end.
  std::string_view read();

 private:
  struct Free {
    void operator()(archive* reader) const noexcept;
  };
  // What libarchive reads from, a little at a time: between two pieces it may decompress thousands of times as much,
  // and that is where the limit and the stop are looked at.
  struct Feed;
  struct FreeFeed {
    void operator()(Feed* feed) const noexcept;
  };
  [[noreturn]] void refuse() const;

  std::unique_ptr<Feed, FreeFeed> feed_;  // outlives the reader
  std::unique_ptr<archive, Free> reader_;
  std::string block_;
};

}  // namespace eka::store
