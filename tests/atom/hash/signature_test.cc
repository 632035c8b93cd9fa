#include "atom/hash/signature.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace eka;

namespace {

// In the form of nix-store --generate-binary-cache-key; the seed is 32 bytes of value 1.
constexpr const char* secret_text =
    "test-1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGKiOPddAnxlf1S2y08ul1yymcJvx2UEhvzdIgBtA9vXA==\n";

}  // namespace

TEST_CASE("a signature belongs to one message, key and name") {
  const auto secret = unwrap(atom::SecretKey::parse(secret_text));
  const auto key = secret.public_key();
  const auto signature = secret.sign("message");
  CHECK(signature.starts_with("test-1:"));
  CHECK(key.verifies("message", signature));
  CHECK_FALSE(key.verifies("massage", signature));
  CHECK_FALSE(key.verifies("message", "other" + signature.substr(6)));
  CHECK_FALSE(key.verifies("message", signature.substr(0, signature.size() - 4)));
  CHECK_FALSE(key.verifies("message", ""));
  for (const auto& broken : {std::string("test-1:"), std::string("test-1"), std::string(":AAAA")}) {
    CHECK_FALSE(key.verifies("message", broken));
  }
  const auto renamed = unwrap(atom::PublicKey::parse("other-1" + key.str().substr(6)));
  CHECK_FALSE(renamed.verifies("message", signature));
  CHECK(atom::is_signed(std::vector{renamed, key}, "message", signature));
  CHECK_FALSE(atom::is_signed({}, "message", signature));
}

TEST_CASE("keys are read as Nix writes them") {
  const auto secret = unwrap(atom::SecretKey::parse(secret_text));
  // As OpenSSL computes it from this seed.
  CHECK(secret.public_key().str() == "test-1:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=");
  CHECK(unwrap(atom::PublicKey::parse(secret.public_key().str())).str() == secret.public_key().str());
  for (const char* text : {"", "x", "x:", ":iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=", "x:AAAA",
                           "a b:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="}) {
    CHECK_FALSE(atom::PublicKey::parse(text));
    const auto key = atom::SecretKey::parse(text);
    REQUIRE_FALSE(key);
    CHECK(key.error().message().find("AAAA") == std::string::npos);
  }
}
