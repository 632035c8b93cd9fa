#include "atom/hash/blake3.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "tests/atom/vectors.h"

using namespace eka::atom;

namespace {

std::string input(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

}  // namespace

TEST_CASE("BLAKE3 matches the official vectors, for whole and split input") {
  const Vectors vectors("blake3.json");
  const std::string key_text = text_of((*vectors)["key"]);
  std::array<std::uint8_t, 32> key{};
  std::copy(key_text.begin(), key_text.end(), key.begin());
  const std::string context = text_of((*vectors)["context_string"]);
  int cases = 0;
  for (const auto element : (*vectors)["cases"].get_array()) {
    const std::string text = input(element["input_len"].get_uint64());
    for (const std::size_t piece : {text.size() + 1, std::size_t{1}, std::size_t{64}, std::size_t{1000}}) {
      std::array hashers{Blake3(), Blake3::keyed(key), Blake3::derive_key(context)};
      for (auto& hasher : hashers) {
        for (std::size_t at = 0; at < text.size(); at += piece) hasher.update(std::string_view(text).substr(at, piece));
      }
      CHECK(hex(hashers[0].digest()) == text_of(element["hash"]));
      CHECK(hex(hashers[1].digest()) == text_of(element["keyed_hash"]));
      CHECK(hex(hashers[2].digest()) == text_of(element["derive_key"]));
    }
    ++cases;
  }
  CHECK(cases > 30);
}

TEST_CASE("a longer output extends the shorter one, and digest() does not change the state") {
  Blake3 hasher;
  hasher.update("abc");
  const auto shorter = hasher.digest();
  const auto longer = hasher.digest(200);
  REQUIRE(longer.size() == 200);
  CHECK(std::equal(shorter.begin(), shorter.end(), longer.begin()));
  CHECK(hasher.update("d").digest() == Blake3().update("abcd").digest());
}
