// Limits on what a remote can make eka hold, write or walk. Honest sources stay far below them; exceeding one is
// reported as an error.
#pragma once

#include <cstdint>

namespace eka::store {

struct PackLimits {
  std::uint64_t objects = 32'000'000;
  std::uint64_t object_size = 512ULL << 20;    // of a blob, including delta results: blobs are held in memory
  std::uint64_t structure_size = 32ULL << 20;  // of a tree, commit or tag
  // Total size of all objects, inflated and with deltas applied: at most this plus `expansion` times the size of the
  // pack. linux.git with its history is at 95 times.
  std::uint64_t unpacked_base = 256ULL << 20;
  std::uint64_t expansion = 250;
  // Deltas whose base is given by id (REF_DELTA). Within a pack, git uses offsets; ids occur in thin packs, once per
  // changed object. If more objects have changed, the full content is fetched instead of a thin pack; in a complete
  // pack with more of them, git resolves them (index_by_git.h).
  std::uint64_t id_deltas = 10'000;
  // Bytes processed to resolve all deltas (delta_chains.h): at most this plus `chains_expansion` times the size of the
  // pack. In packs written by git, the history of a project is at 20 times, that of one large file that grows by a line
  // per commit at 1,200.
  std::uint64_t chains_base = 64ULL << 30;
  std::uint64_t chains_expansion = 5'000;
};

struct TreeLimits {
  std::uint64_t entries = 5'000'000;  // repeated subtrees count each time, as they would be written
  std::uint64_t bytes = 8ULL << 30;
  unsigned depth = 256;
  std::uint64_t path = 3072;  // bytes; with the path of a cache, store or sandbox prepended it must fit into 4096
};

// The files of an archive become git objects: PackLimits::object_size applies to each file, TreeLimits::depth to the
// tree.
struct ArchiveLimits {
  std::uint64_t entries = 500'000;  // of the archive, and of the resulting tree
  // Total size of all files: at most this plus `expansion` times the size of the archive, and at most
  // TreeLimits::bytes; with headers and padding, twice that.
  std::uint64_t unpacked_base = 256ULL << 20;
  std::uint64_t expansion = 250;
};

}  // namespace eka::store
