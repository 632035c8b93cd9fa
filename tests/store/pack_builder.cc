#include "tests/store/pack_builder.h"

#include <algorithm>
#include <stdexcept>

#include <zlib.h>

#include "atom/hash/digest.h"

namespace eka::test {

std::string deflated(std::string_view content) {
  uLongf size = compressBound(content.size());
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
                content.size(), 6) != Z_OK) {
    throw std::runtime_error("deflate");
  }
  out.resize(size);
  return out;
}

std::string varint(std::uint64_t value) {
  std::string out;
  do {
    const auto low = static_cast<char>(value & 0x7f);
    value >>= 7;
    out += static_cast<char>(low | (value != 0 ? 0x80 : 0));
  } while (value != 0);
  return out;
}

std::string tree_entry(std::string_view mode, std::string_view name, const atom::ObjectId& id) {
  std::string out(mode);
  out += ' ';
  out += name;
  out += '\0';
  out.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
  return out;
}

std::string copy_instruction(std::uint32_t offset, std::uint32_t size) {
  std::string out(1, static_cast<char>(0xff));
  for (int i = 0; i < 4; ++i) out += static_cast<char>((offset >> (8 * i)) & 0xff);
  for (int i = 0; i < 3; ++i) out += static_cast<char>((size >> (8 * i)) & 0xff);
  return out;
}

std::string insert_instruction(std::string_view bytes) {
  return static_cast<char>(bytes.size()) + std::string(bytes);
}

std::string PackBuilder::distance(std::size_t bytes) {
  std::string out(1, static_cast<char>(bytes & 0x7f));
  while ((bytes >>= 7) != 0) out.insert(out.begin(), static_cast<char>(0x80 | (--bytes & 0x7f)));
  return out;
}

std::size_t PackBuilder::raw(unsigned type, std::uint64_t declared, std::string_view base,
                             std::string_view compressed) {
  const std::size_t begin = next();
  std::uint64_t rest = declared >> 4;
  auto byte = static_cast<unsigned>((type << 4) | (declared & 15));
  while (rest != 0) {
    body_ += static_cast<char>(byte | 0x80);
    byte = static_cast<unsigned>(rest & 0x7f);
    rest >>= 7;
  }
  body_ += static_cast<char>(byte);
  body_ += base;
  body_ += compressed;
  ++count_;
  return begin;
}

std::size_t PackBuilder::delta(std::size_t base, std::string_view instructions) {
  return raw(6, instructions.size(), distance(next() - base), deflated(instructions));
}

std::size_t PackBuilder::delta(const atom::ObjectId& base, std::string_view instructions) {
  const std::string_view id(reinterpret_cast<const char*>(base.bytes().data()), base.bytes().size());
  return raw(7, instructions.size(), id, deflated(instructions));
}

atom::ObjectId PackBuilder::object(unsigned type, std::string_view name, std::string_view content) {
  const atom::ObjectId id = atom::ObjectId::of(name, content);
  if (std::ranges::find(present_, id) == present_.end()) {
    raw(type, content.size(), "", deflated(content));
    present_.push_back(id);
  }
  return id;
}

atom::ObjectId PackBuilder::commit_of(const atom::ObjectId& tree) {
  return commit("tree " + tree.hex() + "\nauthor  <> 0 +0000\ncommitter  <> 0 +0000\n\npublish(x): 1.0.0");
}

atom::ObjectId PackBuilder::directory(
    std::vector<std::pair<std::pair<std::string, std::string>, atom::ObjectId>> entries) {
  std::ranges::sort(entries, {}, [](const auto& e) {
    return e.first.second + (e.first.first == "40000" ? std::string("/") : std::string());
  });
  std::string content;
  for (const auto& [what, id] : entries) content += tree_entry(what.first, what.second, id);
  return tree(content);
}

std::string PackBuilder::pack(std::int64_t count) const {
  const auto number = count < 0 ? count_ : static_cast<std::uint32_t>(count);
  std::string out("PACK\0\0\0\2", 8);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
  out += body_;
  const auto sum = atom::Sha1::of(out);
  out.append(reinterpret_cast<const char*>(sum.data()), sum.size());
  return out;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace eka::test
