// The SHA-256 of a NAR, and the store path that Nix derives from it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::atom {

class NarHash {
 public:
  explicit NarHash(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  static Result<NarHash> parse_sri(std::string_view sri);  // "sha256-<base64>"
  static Result<NarHash> parse_hex(std::string_view hex);
  std::string sri() const;
  std::string hex() const;
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }
  friend auto operator<=>(const NarHash&, const NarHash&) = default;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// The path of a "source" (recursive, content-addressed, without references), as computed by builtins.path.
std::string source_store_path(const NarHash& hash, std::string_view name, std::string_view store_dir = "/nix/store");
// The same with references, which are store paths in ascending order.
std::string source_store_path(const NarHash& hash, std::string_view name, const std::vector<std::string>& references);

// The path of a text with this SHA-256, such as a derivation or a result of builtins.toFile. `references` as above.
std::string text_store_path(const NarHash& hash, std::string_view name, const std::vector<std::string>& references);

// The path of a file identified by the SHA-256 of its own bytes ("flat"), as computed by builtins.fetchurl.
std::string file_store_path(const NarHash& hash, std::string_view name, std::string_view store_dir = "/nix/store");

// A label as a store path name: bytes outside [A-Za-z0-9+._?-], which Nix does not allow, become =XX (λ is =CE=BB). If
// the result exceeds 200 characters, a hash is used instead. ASCII labels are unchanged.
std::string store_name(std::string_view label);

}  // namespace eka::atom
