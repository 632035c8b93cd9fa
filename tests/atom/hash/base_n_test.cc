#include "atom/hash/base_n.h"

#include <array>

#include <doctest/doctest.h>

using namespace eka::atom;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("base32hex matches the RFC 4648 vectors, in lower case and without padding") {
  CHECK(base32hex(bytes_of("")).empty());
  CHECK(base32hex(bytes_of("f")) == "co");
  CHECK(base32hex(bytes_of("fo")) == "cpng");
  CHECK(base32hex(bytes_of("foo")) == "cpnmu");
  CHECK(base32hex(bytes_of("foobar")) == "cpnmuoj1e8");
}

TEST_CASE("base64 matches the RFC 4648 vectors") {
  CHECK(base64(bytes_of("")).empty());
  CHECK(base64(bytes_of("f")) == "Zg==");
  CHECK(base64(bytes_of("fo")) == "Zm8=");
  CHECK(base64(bytes_of("foobar")) == "Zm9vYmFy");
}

TEST_CASE("base58 keeps leading zeros") {
  CHECK(base58(bytes_of("Hello World!")) == "2NEpo7TZRRrLZSi2U");
  CHECK(base58(std::vector<std::uint8_t>{0, 0, 0x28, 0x7f, 0xb4, 0xcd}) == "11233QC4");
  CHECK(base58(std::vector<std::uint8_t>(3, 0)) == "111");
}

TEST_CASE("every encoding round-trips") {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 70; ++i) {
    CHECK(parse_hex(hex(bytes)).value() == bytes);
    CHECK(parse_base32hex(base32hex(bytes)).value() == bytes);
    CHECK(parse_base58(base58(bytes)).value() == bytes);
    CHECK(parse_base64(base64(bytes)).value() == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST_CASE("invalid encodings are rejected") {
  CHECK_FALSE(parse_hex("abc"));
  CHECK_FALSE(parse_hex("zz"));
  CHECK(parse_hex("AbCd"));
  CHECK_FALSE(parse_base32hex("CO"));  // upper case
  CHECK_FALSE(parse_base32hex("cp"));  // bits left over
  CHECK_FALSE(parse_base32hex("w"));
  CHECK_FALSE(parse_base58("0OIl"));
  CHECK_FALSE(parse_base58(std::string(100000, '2')));
  CHECK_FALSE(parse_base64("Zg="));
  CHECK_FALSE(parse_base64("Zh=="));  // bits left over
  CHECK_FALSE(parse_base64("Z==="));
  CHECK_FALSE(parse_base64("Zg==Zg=="));
}

TEST_CASE("bytes are decoded into an array of exactly their size") {
  std::array<std::uint8_t, 3> out{};
  CHECK(parse_hex("00fFa1", out));
  CHECK(out == std::array<std::uint8_t, 3>{0x00, 0xff, 0xa1});
  CHECK_FALSE(parse_hex("00ff", out));
  CHECK_FALSE(parse_hex("00ffa", out));
  CHECK_FALSE(parse_hex("00ffa1b2", out));
  CHECK_FALSE(parse_hex("00ffg1", out));
  const std::array<std::uint8_t, 3> bytes{0xde, 0xad, 0x42};
  const auto text = base32hex(bytes);
  CHECK(parse_base32hex(text, out));
  CHECK(out == bytes);
  CHECK_FALSE(parse_base32hex(text + "0", out));
  CHECK_FALSE(parse_base32hex(text.substr(1), out));
  CHECK_FALSE(parse_base32hex("vvvvv", out));  // padding that is not zero
}
