#include "atom/hash/base_n.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace eka::atom {
namespace {

// Digits by value, and values by digit (-1 for other characters).
struct Alphabet {
  std::string_view digits;
  std::array<std::int8_t, 256> values{};

  explicit constexpr Alphabet(std::string_view all) : digits(all) {
    values.fill(-1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      values[static_cast<unsigned char>(all[i])] = static_cast<std::int8_t>(i);
    }
  }
  constexpr char operator[](std::size_t value) const { return digits[value]; }
  constexpr int value(char digit) const { return values[static_cast<unsigned char>(digit)]; }
};

constexpr Alphabet hex_digits("0123456789abcdef");
constexpr Alphabet base32hex_digits("0123456789abcdefghijklmnopqrstuv");
constexpr Alphabet base58_digits("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
constexpr Alphabet base64_digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
constexpr Alphabet nix_digits("0123456789abcdfghijklmnpqrsvwxyz");

// The base58 algorithm is quadratic; the values encoded with it are 20 bytes long.
constexpr std::size_t base58_limit = 1024;

std::unexpected<Error> refuse(std::string_view encoding) {
  return fail(Kind::usage, "invalid " + std::string(encoding));
}

// Most significant bits first, `bits` per digit; the last digit is padded with zeros.
std::string write_bits(Bytes bytes, const Alphabet& digits, unsigned bits) {
  std::string out;
  out.reserve((bytes.size() * 8 + bits - 1) / bits);
  unsigned held = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8) | byte;
    count += 8;
    while (count >= bits) {
      count -= bits;
      out += digits[(held >> count) & ((1U << bits) - 1)];
    }
    held &= (1U << count) - 1;
  }
  if (count > 0) out += digits[(held << (bits - count)) & ((1U << bits) - 1)];
  return out;
}

// The inverse. Each value has exactly one text: padding bits must be zero, and fewer than one digit's.
bool read_bits(std::string_view text, const Alphabet& digits, unsigned bits, std::span<std::uint8_t> out) {
  if (out.size() != text.size() * bits / 8) return false;
  unsigned held = 0;
  unsigned count = 0;
  auto next = out.begin();
  for (const char c : text) {
    const int value = digits.value(c);
    if (value < 0) return false;
    held = (held << bits) | static_cast<unsigned>(value);
    count += bits;
    if (count >= 8) {
      count -= 8;
      *next++ = static_cast<std::uint8_t>(held >> count);
    }
    held &= (1U << count) - 1;
  }
  return count < bits && held == 0;
}

Result<std::vector<std::uint8_t>> read_bits(std::string_view text, const Alphabet& digits, unsigned bits,
                                            std::string_view encoding) {
  std::vector<std::uint8_t> out(text.size() * bits / 8);
  if (!read_bits(text, digits, bits, out)) return refuse(encoding);
  return out;
}

}  // namespace

std::string hex(Bytes bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
  }
  return out;
}

std::string base32hex(Bytes bytes) {
  return write_bits(bytes, base32hex_digits, 5);
}

std::string base64(Bytes bytes) {
  std::string out = write_bits(bytes, base64_digits, 6);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string base58(Bytes bytes) {
  const auto zeros =
      static_cast<std::size_t>(std::ranges::find_if(bytes, [](auto b) { return b != 0; }) - bytes.begin());
  std::vector<unsigned> digits;  // least significant first
  for (const std::uint8_t byte : bytes.subspan(zeros)) {
    unsigned carry = byte;
    for (unsigned& digit : digits) {
      carry += digit << 8;
      digit = carry % 58;
      carry /= 58;
    }
    for (; carry > 0; carry /= 58) digits.push_back(carry % 58);
  }
  std::string out(zeros, '1');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) out += base58_digits[*digit];
  return out;
}

std::string nix_base32(Bytes bytes) {
  // Bits are taken from the least significant of the first byte on, but the digits are written from the end.
  const std::size_t length = (bytes.size() * 8 + 4) / 5;
  std::string out;
  out.reserve(length);
  for (std::size_t n = length; n-- > 0;) {
    const std::size_t bit = n * 5;
    const std::size_t i = bit / 8;
    const auto shift = static_cast<unsigned>(bit % 8);
    unsigned value = bytes[i] >> shift;
    if (i + 1 < bytes.size()) value |= static_cast<unsigned>(bytes[i + 1]) << (8 - shift);
    out += nix_digits[value & 31];
  }
  return out;
}

bool parse_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>((high << 4) | low);
  }
  return true;
}

Result<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
  std::vector<std::uint8_t> out(text.size() / 2);
  if (!parse_hex(text, out)) return refuse("hexadecimal");
  return out;
}

bool parse_base32hex(std::string_view text, std::span<std::uint8_t> out) {
  return read_bits(text, base32hex_digits, 5, out);
}

Result<std::vector<std::uint8_t>> parse_base32hex(std::string_view text) {
  return read_bits(text, base32hex_digits, 5, "base32hex (lower case, no padding)");
}

Result<std::vector<std::uint8_t>> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return refuse("base64");
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return read_bits(text, base64_digits, 6, "base64");
}

Result<std::vector<std::uint8_t>> parse_nix_base32(std::string_view text) {
  std::vector<std::uint8_t> out(text.size() * 5 / 8);
  for (std::size_t n = 0; n < text.size(); ++n) {
    const int value = nix_digits.value(text[text.size() - 1 - n]);
    if (value < 0) return refuse("Nix base32");
    const std::size_t i = n * 5 / 8;
    const unsigned held = static_cast<unsigned>(value) << (n * 5 % 8);
    if (i < out.size()) out[i] = static_cast<std::uint8_t>(out[i] | (held & 0xff));
    const unsigned over = i < out.size() ? held >> 8 : held;
    if (i + 1 < out.size()) {
      out[i + 1] = static_cast<std::uint8_t>(out[i + 1] | over);
    } else if (over != 0) {
      return refuse("Nix base32");  // bits beyond the last byte
    }
  }
  if (nix_base32(out).size() != text.size()) return refuse("Nix base32");
  return out;
}

Result<std::vector<std::uint8_t>> parse_base58(std::string_view text) {
  if (text.size() > base58_limit) return refuse("base58: too long");
  const std::size_t zeros = std::min(text.find_first_not_of('1'), text.size());
  std::vector<std::uint8_t> out;  // least significant first
  for (const char c : text.substr(zeros)) {
    const int value = base58_digits.value(c);
    if (value < 0) return refuse("base58");
    auto carry = static_cast<unsigned>(value);
    for (std::uint8_t& byte : out) {
      carry += byte * 58U;
      byte = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) out.push_back(static_cast<std::uint8_t>(carry));
  }
  out.insert(out.end(), zeros, 0);
  std::ranges::reverse(out);
  return out;
}

}  // namespace eka::atom
