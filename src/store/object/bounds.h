// How much of anything a remote may make us hold, write or walk. Honest sources stay far below; what exceeds them is
// an attack or a mistake, and is told as such.
#pragma once

#include <cstdint>

namespace eka::store {

struct PackLimits {
  std::uint64_t objects = 32'000'000;
  std::uint64_t object_size = 512ULL << 20;  // of a blob, also as the result of a delta: they are held in memory whole
  std::uint64_t structure_size = 32ULL << 20;  // of a tree, commit or tag
  // All objects together, inflated and with their deltas applied, may be this plus `expansion` times the pack's bytes.
  // linux.git with its history is at 95 times.
  std::uint64_t unpacked_base = 256ULL << 20;
  std::uint64_t expansion = 250;
  // Deltas whose base is named by id, not by its place. Those within a pack git names by place; these are for thin
  // packs, one for each thing that changed. Where more have changed, the whole is fetched instead of the difference; in
  // a pack that is whole and has more, git resolves them (index_by_git.h).
  std::uint64_t id_deltas = 10'000;
  // What unfolding all deltas may take (delta_chains.h): this plus `chains_expansion` times the pack's bytes. As git
  // packs them, the history of a project is at 20 times, that of one large file which grows by a line each time at
  // 1,200.
  std::uint64_t chains_base = 64ULL << 30;
  std::uint64_t chains_expansion = 5'000;
};

struct TreeLimits {
  std::uint64_t entries = 5'000'000;  // repeated subtrees counted each time, as they would be written
  std::uint64_t bytes = 8ULL << 30;
  unsigned depth = 256;
  std::uint64_t path = 3072;  // bytes: below a cache, a store or a sandbox it has to fit into 4096
};

// An archive's files become git objects, so that PackLimits::object_size holds for each, TreeLimits::depth for all.
struct ArchiveLimits {
  std::uint64_t entries = 500'000;  // of the archive, and of the tree that it makes
  // All files together may be this plus `expansion` times the archive's own size, and TreeLimits::bytes at most; with
  // headers and padding, twice that.
  std::uint64_t unpacked_base = 256ULL << 20;
  std::uint64_t expansion = 250;
};

}  // namespace eka::store
