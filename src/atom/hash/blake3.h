// BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), portable: no package provides it, and the inputs are small.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace eka::atom {

using Blake3Digest = std::array<std::uint8_t, 32>;

// Incremental; memory use does not grow with the input.
class Blake3 {
 public:
  Blake3();
  static Blake3 keyed(const std::array<std::uint8_t, 32>& key);
  static Blake3 derive_key(std::string_view context);

  Blake3& update(std::string_view bytes);
  Blake3Digest digest() const;
  std::vector<std::uint8_t> digest(std::size_t length) const;  // extendable output

 private:
  struct ChunkState {
    std::array<std::uint32_t, 8> chaining{};
    std::uint64_t counter = 0;
    std::array<std::uint8_t, 64> block{};
    std::uint8_t block_length = 0;
    std::uint8_t blocks_compressed = 0;
  };
  Blake3(const std::array<std::uint32_t, 8>& key, std::uint32_t flags);
  void compress_block(const std::array<std::uint32_t, 16>& block);
  void finish_chunk();

  std::array<std::uint32_t, 8> key_{};
  std::uint32_t flags_ = 0;
  ChunkState chunk_;
  std::vector<std::array<std::uint32_t, 8>> stack_;
};

}  // namespace eka::atom
