#include "atom/hash/digest.h"

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"

using namespace eka::atom;

TEST_CASE("digests match the vectors of the standards") {
  CHECK(hex(Sha1::of("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(Sha256::of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(Sha256::of("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a hasher can be reused after finish()") {
  Sha256 hasher;
  hasher.update("a").update("bc");
  const auto first = hasher.finish();
  CHECK(first == Sha256::of("abc"));
  CHECK(hasher.update("abc").finish() == first);
}
