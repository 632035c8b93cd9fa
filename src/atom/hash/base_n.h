// The binary-to-text encodings used by the protocol and Nix.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::atom {

using Bytes = std::span<const std::uint8_t>;

std::string hex(Bytes bytes);
std::string base32hex(Bytes bytes);   // RFC 4648 "extended hex", lower case, no padding: atom ids
std::string base58(Bytes bytes);      // Bitcoin alphabet: directory names of sets in the cache
std::string base64(Bytes bytes);      // RFC 4648 with padding: SRI hashes
std::string nix_base32(Bytes bytes);  // Nix's alphabet and order: store paths

Result<std::vector<std::uint8_t>> parse_hex(std::string_view text);
Result<std::vector<std::uint8_t>> parse_base32hex(std::string_view text);
Result<std::vector<std::uint8_t>> parse_base58(std::string_view text);
Result<std::vector<std::uint8_t>> parse_base64(std::string_view text);
Result<std::vector<std::uint8_t>> parse_nix_base32(std::string_view text);

// The same without allocating. False, with unspecified bytes in `out`, unless `text` encodes exactly out.size() bytes.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out);
bool parse_base32hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace eka::atom
