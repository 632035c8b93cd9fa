#include "atom/hash/nar_hash.h"

#include <doctest/doctest.h>

using namespace eka::atom;

TEST_CASE("a hash is read and written as SRI and as hexadecimal") {
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

// What `nix-store --add` answers for a file named "x" that holds "hi\n", whose `nix-hash --type sha256` is this.
TEST_CASE("a source has the store path that Nix gives it") {
  const auto hash = NarHash::parse_hex("10551daed7fa467d0b58826e7eb9a0f2af7d693de319f2ef775fffcda244b9f6").value();
  CHECK(source_store_path(hash, "x") == "/nix/store/ccanbp0brs758hic2z1krdbv17y2rf98-x");
}

// `nix-store --add-fixed sha256 p.patch`, and `sha256sum` of that file, which holds "hi\n".
TEST_CASE("a file has the store path that Nix gives it") {
  const auto hash = NarHash::parse_hex("98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4").value();
  CHECK(file_store_path(hash, "p.patch") == "/nix/store/7nkm4xk2pbagx5pd9gsajb91gbmc365m-p.patch");
}

TEST_CASE("a store name is the label where Nix allows it") {
  CHECK(store_name("a1_b-2") == "a1_b-2");
  CHECK(store_name("λ") == "=CE=BB");
  const std::string kana(120, '\xe3');
  CHECK(store_name(kana).size() == 52);
  CHECK(store_name(kana) != store_name(kana + "\xe3"));
}
