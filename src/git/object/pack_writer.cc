#include "git/object/pack_writer.h"

#include <utility>

namespace eka::git {
namespace {

// Level 1: three times as fast as the default, and the pack is not sent over a network.
constexpr int deflate_level = 1;

void append_number(std::string& out, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift);
}

// The type and four bits of the size, then seven bits in each byte, least significant first; the top bit means "more".
void append_header(std::string& out, ObjectType type, std::size_t size) {
  unsigned byte = (static_cast<unsigned>(type) << 4) | static_cast<unsigned>(size & 15);
  size >>= 4;
  while (size != 0) {
    out += static_cast<char>(byte | 0x80);
    byte = static_cast<unsigned>(size & 127);
    size >>= 7;
  }
  out += static_cast<char>(byte);
}

}  // namespace

PackWriter::PackWriter(std::uint32_t objects) : deflater_(deflate_level) {
  out_ = "PACK";
  append_number(out_, 2);
  append_number(out_, objects);
}

void PackWriter::append(ObjectType type, std::string_view content, const std::function<void()>& between) {
  append_header(out_, type, content.size());
  deflater_.append(out_, content, between);
}

void PackWriter::hash_new() {
  sha_.update(std::string_view(out_).substr(hashed_));
  hashed_ = out_.size();
}

void PackWriter::finish() {
  hash_new();
  for (const std::uint8_t byte : sha_.finish()) out_ += static_cast<char>(byte);
  hashed_ = out_.size();
}

std::string PackWriter::take() {
  hash_new();
  hashed_ = 0;
  return std::exchange(out_, {});
}

}  // namespace eka::git
