#include "atom/hash/signature.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <openssl/evp.h>

#include "atom/hash/base_n.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t seed_size = 32;
constexpr std::size_t signature_size = 64;

struct OpenSslFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using OpenSslKey = std::unique_ptr<EVP_PKEY, OpenSslFree>;
using OpenSslContext = std::unique_ptr<EVP_MD_CTX, OpenSslFree>;

struct NamedBytes {
  std::string name;
  std::vector<std::uint8_t> bytes;
};

// "<name>:<base64 of `size` bytes>"
std::optional<NamedBytes> split_named(std::string_view text, std::size_t size) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  auto bytes = parse_base64(text.substr(colon + 1));
  if (!bytes || bytes->size() != size) return std::nullopt;
  const auto name = text.substr(0, colon);
  if (name.size() > 255 || printable(name, 255) != name || name.find(' ') != std::string_view::npos)
    return std::nullopt;
  return NamedBytes{std::string(name), *std::move(bytes)};
}

const unsigned char* raw_bytes(std::string_view message) {
  return reinterpret_cast<const unsigned char*>(message.data());
}

}  // namespace

Result<PublicKey> PublicKey::parse(std::string_view text) {
  PublicKey out;
  auto named = split_named(text, out.bytes_.size());
  if (!named) {
    return fail(Kind::usage, "invalid public key “" + printable(text, 120) + "”: must have the form <name>:<base64>");
  }
  out.name_ = std::move(named->name);
  std::ranges::copy(named->bytes, out.bytes_.begin());
  return out;
}

std::string PublicKey::str() const {
  return name_ + ":" + base64(bytes_);
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  const auto named = split_named(signature, signature_size);
  if (!named || named->name != name_) return false;
  const OpenSslKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()));
  const OpenSslContext context(EVP_MD_CTX_new());
  if (!key || !context) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), named->bytes.data(), named->bytes.size(), raw_bytes(message),
                          message.size()) == 1;
}

Result<SecretKey> SecretKey::parse(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  SecretKey out;
  auto named = split_named(text, out.bytes_.size());
  if (!named) return fail(Kind::usage, "invalid secret key: must have the form <name>:<base64>, as Nix writes it");
  out.name_ = std::move(named->name);
  std::ranges::copy(named->bytes, out.bytes_.begin());
  return out;
}

PublicKey SecretKey::public_key() const {
  PublicKey out;
  out.name_ = name_;
  std::ranges::copy(std::span(bytes_).subspan(seed_size), out.bytes_.begin());
  return out;
}

std::string SecretKey::sign(std::string_view message) const {
  const OpenSslKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), seed_size));
  const OpenSslContext context(EVP_MD_CTX_new());
  std::array<std::uint8_t, signature_size> signature{};
  std::size_t size = signature.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, raw_bytes(message), message.size()) != 1) {
    throw Error(Kind::failure, "signing with OpenSSL failed");
  }
  return name_ + ":" + base64(signature);
}

bool is_signed(std::span<const PublicKey> keys, std::string_view message, std::string_view signature) {
  return std::ranges::any_of(keys, [&](const PublicKey& key) { return key.verifies(message, signature); });
}

}  // namespace eka::atom
