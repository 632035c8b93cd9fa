// The input is divided into chunks of 1024 bytes, each a chain of 64-byte blocks; chunks are the leaves of a binary
// tree. Finished subtrees are kept on a stack: after n chunks it holds one chaining value per one bit of n, so merging
// follows the trailing zeros of the chunk count. The last node stays open, since only the end of the input determines
// which node is the root; the root is compressed again for each block of output.
#include "atom/hash/blake3.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace eka::atom {
namespace {

using Words = std::array<std::uint32_t, 8>;
using Block = std::array<std::uint32_t, 16>;

constexpr std::size_t block_size = 64;
constexpr std::size_t chunk_size = 1024;
constexpr std::uint32_t chunk_start = 1, chunk_end = 2, parent = 4, root = 8, keyed_hash = 16, derive_key_context = 32,
                        derive_key_material = 64;
constexpr Words iv = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// The message permutation, precomputed: schedule[r] is the order of words in round r.
constexpr auto schedule = [] {
  constexpr std::array<std::uint8_t, 16> step = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
  std::array<std::array<std::uint8_t, 16>, 7> rounds{};
  for (std::uint8_t i = 0; i < 16; ++i) rounds[0][i] = i;
  for (std::size_t r = 1; r < 7; ++r) {
    for (std::size_t i = 0; i < 16; ++i) rounds[r][i] = rounds[r - 1][step[i]];
  }
  return rounds;
}();

inline void mix(Block& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint32_t x,
                std::uint32_t y) {
  s[a] += s[b] + x;
  s[d] = std::rotr(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = std::rotr(s[b] ^ s[c], 12);
  s[a] += s[b] + y;
  s[d] = std::rotr(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = std::rotr(s[b] ^ s[c], 7);
}

// The inputs of one compression. Kept for the node that may turn out to be the root.
struct Node {
  Words chaining;
  Block block;
  std::uint64_t counter;
  std::uint32_t block_length;
  std::uint32_t flags;

  Block compress() const {
    Block s = {chaining[0],
               chaining[1],
               chaining[2],
               chaining[3],
               chaining[4],
               chaining[5],
               chaining[6],
               chaining[7],
               iv[0],
               iv[1],
               iv[2],
               iv[3],
               static_cast<std::uint32_t>(counter),
               static_cast<std::uint32_t>(counter >> 32),
               block_length,
               flags};
    for (const auto& order : schedule) {
      const auto word = [&](std::size_t i) { return block[order[i]]; };
      mix(s, 0, 4, 8, 12, word(0), word(1));
      mix(s, 1, 5, 9, 13, word(2), word(3));
      mix(s, 2, 6, 10, 14, word(4), word(5));
      mix(s, 3, 7, 11, 15, word(6), word(7));
      mix(s, 0, 5, 10, 15, word(8), word(9));
      mix(s, 1, 6, 11, 12, word(10), word(11));
      mix(s, 2, 7, 8, 13, word(12), word(13));
      mix(s, 3, 4, 9, 14, word(14), word(15));
    }
    for (std::size_t i = 0; i < 8; ++i) {
      s[i] ^= s[i + 8];
      s[i + 8] ^= chaining[i];
    }
    return s;
  }

  Words chaining_value() const {
    const Block full = compress();
    Words value;
    std::copy_n(full.begin(), 8, value.begin());
    return value;
  }
};

Block load(const std::uint8_t* bytes) {
  Block words;
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint8_t* b = bytes + 4 * i;
    words[i] = b[0] | std::uint32_t{b[1]} << 8 | std::uint32_t{b[2]} << 16 | std::uint32_t{b[3]} << 24;
  }
  return words;
}

Words load_key(const std::array<std::uint8_t, 32>& key) {
  std::array<std::uint8_t, 64> padded{};
  std::ranges::copy(key, padded.begin());
  const Block block = load(padded.data());
  Words words;
  std::copy_n(block.begin(), 8, words.begin());
  return words;
}

Node parent_node(const Words& left, const Words& right, const Words& key, std::uint32_t flags) {
  Node node{key, {}, 0, block_size, flags | parent};
  std::ranges::copy(left, node.block.begin());
  std::ranges::copy(right, node.block.begin() + 8);
  return node;
}

}  // namespace

Blake3::Blake3(const Words& key, std::uint32_t flags) : key_(key), flags_(flags) {
  chunk_.chaining = key;
}

Blake3::Blake3() : Blake3(iv, 0) {}

Blake3 Blake3::keyed(const std::array<std::uint8_t, 32>& key) {
  return Blake3(load_key(key), keyed_hash);
}

Blake3 Blake3::derive_key(std::string_view context) {
  Blake3 hasher(iv, derive_key_context);
  return Blake3(load_key(hasher.update(context).digest()), derive_key_material);
}

Blake3& Blake3::update(std::string_view bytes) {
  while (!bytes.empty()) {
    if (chunk_.blocks_compressed == chunk_size / block_size - 1 && chunk_.block_length == block_size) finish_chunk();
    if (chunk_.block_length == block_size) {
      compress_block(load(chunk_.block.data()));
      chunk_.block_length = 0;
    }
    // All blocks except the last of a chunk are read directly from the input.
    while (chunk_.block_length == 0 && bytes.size() > block_size &&
           chunk_.blocks_compressed < chunk_size / block_size - 1) {
      compress_block(load(reinterpret_cast<const std::uint8_t*>(bytes.data())));
      bytes.remove_prefix(block_size);
    }
    const std::size_t taken = std::min(block_size - chunk_.block_length, bytes.size());
    std::memcpy(chunk_.block.data() + chunk_.block_length, bytes.data(), taken);
    chunk_.block_length = static_cast<std::uint8_t>(chunk_.block_length + taken);
    bytes.remove_prefix(taken);
  }
  return *this;
}

void Blake3::compress_block(const Block& block) {
  const std::uint32_t start = chunk_.blocks_compressed == 0 ? chunk_start : 0;
  chunk_.chaining = Node{chunk_.chaining, block, chunk_.counter, block_size, flags_ | start}.chaining_value();
  ++chunk_.blocks_compressed;
}

void Blake3::finish_chunk() {
  Words value =
      Node{chunk_.chaining, load(chunk_.block.data()), chunk_.counter, block_size, flags_ | chunk_end}.chaining_value();
  const std::uint64_t next = chunk_.counter + 1;
  for (std::uint64_t total = next; (total & 1) == 0; total >>= 1) {
    value = parent_node(stack_.back(), value, key_, flags_).chaining_value();
    stack_.pop_back();
  }
  stack_.push_back(value);
  chunk_ = ChunkState{};
  chunk_.chaining = key_;
  chunk_.counter = next;
}

std::vector<std::uint8_t> Blake3::digest(std::size_t length) const {
  std::array<std::uint8_t, block_size> last{};
  std::copy_n(chunk_.block.begin(), chunk_.block_length, last.begin());
  const std::uint32_t start = chunk_.blocks_compressed == 0 ? chunk_start : 0;
  Node node{chunk_.chaining, load(last.data()), chunk_.counter, chunk_.block_length, flags_ | start | chunk_end};
  for (auto left = stack_.rbegin(); left != stack_.rend(); ++left) {
    node = parent_node(*left, node.chaining_value(), key_, flags_);
  }
  node.flags |= root;
  std::vector<std::uint8_t> out;
  out.reserve(length);
  for (node.counter = 0; out.size() < length; ++node.counter) {
    for (const std::uint32_t word : node.compress()) {
      for (unsigned shift = 0; shift < 32 && out.size() < length; shift += 8) {
        out.push_back(static_cast<std::uint8_t>(word >> shift));
      }
    }
  }
  return out;
}

Blake3Digest Blake3::digest() const {
  Blake3Digest value;
  std::ranges::copy(digest(value.size()), value.begin());
  return value;
}

}  // namespace eka::atom
