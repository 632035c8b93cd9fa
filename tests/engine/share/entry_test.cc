#include "engine/share/entry.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/share/recalled.h"

using namespace eka;
using engine::SharedEntry;

namespace {

const atom::SecretKey& signer() {
  static const auto key = unwrap(atom::SecretKey::parse(
      "test-1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGKiOPddAnxlf1S2y08ul1yymcJvx2UEhvzdIgBtA9vXA=="));
  return key;
}

SharedEntry example() {
  return {"abc", "evaluation\nwith lines\n", std::string("\0\n\xff", 3), {store::RemoteBlob::of("blob")}};
}

}  // namespace

TEST_CASE("an entry is read as it was written, and its signature covers all of it") {
  const std::vector keys{signer().public_key()};
  const auto text = example().text(&signer());
  bool is_signed = false;
  const auto entry = SharedEntry::parse(text, keys, is_signed);
  REQUIRE(entry);
  CHECK(is_signed);
  CHECK(entry->key == example().key);
  CHECK(entry->evaluation == example().evaluation);
  CHECK(entry->objects == example().objects);
  CHECK(entry->blobs == example().blobs);
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto read = SharedEntry::parse(changed, keys, is_signed);
    CHECK_FALSE((read && is_signed));
    CHECK_FALSE(SharedEntry::parse(text.substr(0, at), keys, is_signed));
  }
  CHECK(SharedEntry::parse(text, {}, is_signed));
  CHECK_FALSE(is_signed);
  CHECK(SharedEntry::parse(example().text(nullptr), keys, is_signed));
  CHECK_FALSE(is_signed);
  CHECK_FALSE(SharedEntry::parse(text + "x", keys, is_signed));
}

TEST_CASE("compressed data is bounded") {
  const std::string zeros(1 << 20, '\0');
  const auto small = engine::compressed(zeros);
  CHECK(small.size() < 10'000);
  CHECK(engine::decompressed(small, zeros.size()) == zeros);
  CHECK_FALSE(engine::decompressed(small, 1000));
  CHECK_FALSE(engine::decompressed(small.substr(0, small.size() / 2), zeros.size()));
  CHECK_FALSE(engine::decompressed(small + "x", zeros.size()));
  CHECK_FALSE(engine::decompressed("plain", 1000));
  CHECK(engine::decompressed(engine::compressed(""), 10) == "");
}

TEST_CASE("cached evaluations are read as they were written") {
  engine::Recalled evaluation{"/nix/store/x.drv", {{"out", "/nix/store/x"}, {"dev", "/nix/store/y"}}};
  evaluation.version = "1.0.0";
  evaluation.remotes = {"https://a.example/x"};
  evaluation.lock = "version = 1\n";
  const auto read = engine::Recalled::parse(evaluation.text());
  REQUIRE(read);
  CHECK(read->text() == evaluation.text());
  CHECK(read->outputs == evaluation.outputs);
  CHECK_FALSE(engine::Recalled::parse(""));
  CHECK_FALSE(engine::Recalled::parse("/nix/store/x.drv\n"));
}
