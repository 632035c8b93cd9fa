// Ed25519 signatures, with keys and signatures in Nix's notation: "<name>:<base64>".
//
// `nix key generate-secret` and `nix-store --generate-binary-cache-key` create keys. All functions are pure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

class PublicKey {
 public:
  // Kind::usage.
  static Result<PublicKey> parse(std::string_view text);

  const std::string& name() const { return name_; }
  std::string str() const;
  // Whether `signature` is one of this key for `message`; also false if it is malformed, or of a key with another name.
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  friend class SecretKey;
  std::string name_;
  std::array<std::uint8_t, 32> bytes_{};
};

class SecretKey {
 public:
  // Kind::usage; the message does not quote the text.
  static Result<SecretKey> parse(std::string_view text);

  PublicKey public_key() const;
  std::string sign(std::string_view message) const;

 private:
  std::string name_;
  std::array<std::uint8_t, 64> bytes_{};  // the seed, then the public key
};

// Whether any of `keys` verifies the signature.
bool is_signed(std::span<const PublicKey> keys, std::string_view message, std::string_view signature);

}  // namespace eka::atom
