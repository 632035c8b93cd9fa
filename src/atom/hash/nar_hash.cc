#include "atom/hash/nar_hash.h"

#include <algorithm>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "atom/hash/digest.h"
#include "base/ascii.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::string_view sri_prefix = "sha256-";
constexpr std::size_t store_name_limit = 200;  // Nix allows 211, and appends suffixes such as ".drv"
constexpr std::size_t path_hash_size = 20;

Result<NarHash> from_bytes(const Result<std::vector<std::uint8_t>>& bytes, std::string_view text) {
  std::array<std::uint8_t, 32> value{};
  if (!bytes || bytes->size() != value.size()) {
    return fail(Kind::usage, "invalid SHA-256 hash “" + printable(text, 100) + "”: must have the form sha256-<base64>");
  }
  std::ranges::copy(*bytes, value.begin());
  return NarHash(value);
}

bool allowed_in_store_name(char c) {
  return is_alphanumeric(c) || std::string_view("+-._?").find(c) != std::string_view::npos;
}

// Nix's makeStorePath().
std::string store_path(std::string_view type, const std::string& inner, std::string_view name, std::string_view store) {
  const std::string fingerprint =
      std::string(type) + ":sha256:" + inner + ":" + std::string(store) + ":" + std::string(name);
  const Sha256::Value full = Sha256::of(fingerprint);
  std::array<std::uint8_t, path_hash_size> folded{};
  for (std::size_t i = 0; i < full.size(); ++i) folded[i % path_hash_size] ^= full[i];
  return std::string(store) + "/" + nix_base32(folded) + "-" + std::string(name);
}

constexpr std::string_view usual_store = "/nix/store";

// "text:/nix/store/…:/nix/store/…"
std::string type_with(std::string type, const std::vector<std::string>& references) {
  for (const std::string& reference : references) type += ":" + reference;
  return type;
}

}  // namespace

Result<NarHash> NarHash::parse_sri(std::string_view sri) {
  if (!sri.starts_with(sri_prefix)) return from_bytes(fail(Kind::usage, ""), sri);
  return from_bytes(parse_base64(sri.substr(sri_prefix.size())), sri);
}

Result<NarHash> NarHash::parse_hex(std::string_view hex) {
  return from_bytes(atom::parse_hex(hex), hex);
}

std::string NarHash::sri() const {
  return std::string(sri_prefix) + base64(bytes_);
}

std::string NarHash::hex() const {
  return atom::hex(bytes_);
}

std::string source_store_path(const NarHash& hash, std::string_view name, std::string_view store_dir) {
  return store_path("source", hash.hex(), name, store_dir);
}

std::string source_store_path(const NarHash& hash, std::string_view name, const std::vector<std::string>& references) {
  return store_path(type_with("source", references), hash.hex(), name, usual_store);
}

std::string text_store_path(const NarHash& hash, std::string_view name, const std::vector<std::string>& references) {
  return store_path(type_with("text", references), hash.hex(), name, usual_store);
}

std::string file_store_path(const NarHash& hash, std::string_view name, std::string_view store_dir) {
  const Sha256::Value inner = Sha256::of("fixed:out:sha256:" + hash.hex() + ":");
  return store_path("output:out", atom::hex(inner), name, store_dir);
}

std::string store_name(std::string_view label) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : label) {
    if (allowed_in_store_name(c)) {
      out += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += {'=', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out.size() <= store_name_limit ? out : base32hex(Blake3().update(label).digest());
}

}  // namespace eka::atom
