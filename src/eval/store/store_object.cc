#include "eval/store/store_object.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "atom/hash/nar_hash.h"
#include "eval/store/derivation.h"

namespace eka::eval {
namespace {

constexpr std::string_view text_method = "text:sha256:";
constexpr std::string_view tree_method = "fixed:r:sha256:";
constexpr std::string_view file_method = "fixed:sha256:";
constexpr std::size_t name_starts = std::string_view("/nix/store/").size() + 33;

atom::NarHash sha256_of(std::string_view bytes) {
  return atom::NarHash(atom::Sha256::of(bytes));
}

// A string of a NAR: its length as 64 bits, its bytes, and zeros up to a multiple of eight.
std::string nar_word(std::string_view text) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>((std::uint64_t{text.size()} >> (8 * i)) & 0xff);
  out += text;
  out.append((8 - text.size() % 8) % 8, '\0');
  return out;
}

std::string nar_words(std::initializer_list<std::string_view> all) {
  std::string out;
  for (const auto text : all) out += nar_word(text);
  return out;
}

std::string_view take_object_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Error malformed_objects() {
  return {Kind::integrity, "the objects of a store are malformed"};
}

}  // namespace

std::optional<std::string_view> file_in_nar(std::string_view nar) {
  static const std::string before = nar_words({"nix-archive-1", "(", "type", "regular", "contents"});
  static const std::string after = nar_word(")");
  if (!nar.starts_with(before) || nar.size() < before.size() + 8 + after.size()) return std::nullopt;
  std::uint64_t size = 0;
  for (unsigned i = 0; i < 8; ++i) {
    size |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(nar[before.size() + i])) << (8 * i);
  }
  nar.remove_prefix(before.size() + 8);
  if (size > nar.size() - after.size()) return std::nullopt;
  const auto content = nar.substr(0, static_cast<std::size_t>(size));
  const std::string rest = std::string((8 - content.size() % 8) % 8, '\0') + after;
  return nar.substr(content.size()) == rest ? std::optional(content) : std::nullopt;
}

std::string content_address(const StoreObject& object) {
  if (!is_store_path(object.path) || !std::ranges::is_sorted(object.references)) return {};
  const std::string name = object.path.substr(name_starts);
  std::optional<atom::NarHash> hash;
  std::string path;
  if (object.method == tree_method) {
    hash = sha256_of(object.nar);
    path = atom::source_store_path(*hash, name, object.references);
  } else if (const auto content = file_in_nar(object.nar)) {
    hash = sha256_of(*content);
    if (object.method == text_method) path = atom::text_store_path(*hash, name, object.references);
    if (object.method == file_method && object.references.empty()) path = atom::file_store_path(*hash, name);
  }
  if (path != object.path) return {};
  return object.method + atom::nix_base32(hash->bytes());
}

// For each object: its path, its method, its references in one line, the size of its NAR, and the NAR.
std::string join(const std::vector<const StoreObject*>& objects) {
  std::string out;
  for (const StoreObject* object : objects) {
    out += object->path + "\n" + object->method + "\n";
    for (const std::string& reference : object->references) {
      out += (&reference == object->references.data() ? "" : " ") + reference;
    }
    out += "\n" + std::to_string(object->nar.size()) + "\n" + object->nar;
  }
  return out;
}

Result<std::vector<StoreObject>> split_objects(std::string_view text) {
  std::vector<StoreObject> out;
  while (!text.empty()) {
    StoreObject& object = out.emplace_back();
    object.path = take_object_line(text);
    object.method = take_object_line(text);
    for (auto line = take_object_line(text); !line.empty();) {
      const auto reference = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(reference.size() + 1, line.size()));
      if (!is_store_path(reference)) return std::unexpected(malformed_objects());
      object.references.emplace_back(reference);
    }
    const auto digits = take_object_line(text);
    std::size_t size = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const bool is_number = failure == std::errc() && end == digits.data() + digits.size();
    if (!is_store_path(object.path) || !is_number || size > text.size()) return std::unexpected(malformed_objects());
    object.nar = text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace eka::eval
