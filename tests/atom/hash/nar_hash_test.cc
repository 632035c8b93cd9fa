#include "atom/hash/nar_hash.h"

#include <doctest/doctest.h>

using namespace eka::atom;

TEST_CASE("a NAR hash is parsed and printed as SRI and as hexadecimal") {
  const std::string sri = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(NarHash::parse_sri(sri)->hex() == hex);
  CHECK(NarHash::parse_hex(hex)->sri() == sri);
  CHECK_FALSE(NarHash::parse_sri(""));
  CHECK_FALSE(NarHash::parse_sri("sha256-"));
  CHECK_FALSE(NarHash::parse_sri("sha512-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
  CHECK_FALSE(NarHash::parse_sri("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"));
  CHECK_FALSE(NarHash::parse_hex("00"));
}

// Output of `nix-store --add` for a file named "x" with the content "hi\n", and of `nix-hash --type sha256`.
TEST_CASE("source_store_path matches Nix") {
  const auto hash = NarHash::parse_hex("10551daed7fa467d0b58826e7eb9a0f2af7d693de319f2ef775fffcda244b9f6").value();
  CHECK(source_store_path(hash, "x") == "/nix/store/ccanbp0brs758hic2z1krdbv17y2rf98-x");
}

// Output of `nix-store --add-fixed sha256 p.patch`, and of `sha256sum` for this file, which contains "hi\n".
TEST_CASE("file_store_path matches Nix") {
  const auto hash = NarHash::parse_hex("98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4").value();
  CHECK(file_store_path(hash, "p.patch") == "/nix/store/7nkm4xk2pbagx5pd9gsajb91gbmc365m-p.patch");
}

TEST_CASE("store_name returns the label where Nix allows it") {
  CHECK(store_name("a1_b-2") == "a1_b-2");
  CHECK(store_name("λ") == "=CE=BB");
  const std::string kana(120, '\xe3');
  CHECK(store_name(kana).size() == 52);
  CHECK(store_name(kana) != store_name(kana + "\xe3"));
}
