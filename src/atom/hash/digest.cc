#include "atom/hash/digest.h"

#include <new>

#include <openssl/evp.h>

#include "base/error.h"

namespace eka::atom {
namespace {

struct AlgorithmFree {
  void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
};
using Algorithm = std::unique_ptr<EVP_MD, AlgorithmFree>;

Algorithm fetch(const char* name) {
  Algorithm algorithm(EVP_MD_fetch(nullptr, name, nullptr));
  if (!algorithm) throw Error(Kind::failure, std::string("OpenSSL does not support ") + name);
  return algorithm;
}

const EVP_MD* sha1() {
  static const Algorithm algorithm = fetch("SHA1");
  return algorithm.get();
}

const EVP_MD* sha256() {
  static const Algorithm algorithm = fetch("SHA256");
  return algorithm.get();
}

void require(int outcome) {
  if (outcome != 1) throw Error(Kind::failure, "hashing with OpenSSL failed");
}

detail::DigestContext begin(const EVP_MD* algorithm) {
  detail::DigestContext context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  require(EVP_DigestInit_ex2(context.get(), algorithm, nullptr));
  return context;
}

template <class Value>
Value end(EVP_MD_CTX* context) {
  Value value{};
  require(EVP_DigestFinal_ex(context, value.data(), nullptr));
  require(EVP_DigestInit_ex2(context, nullptr, nullptr));
  return value;
}

}  // namespace

void detail::DigestContextFree::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha1::Sha1() : context_(begin(sha1())) {}

Sha1& Sha1::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha1& Sha1::update(std::span<const std::uint8_t> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha1::Value Sha1::finish() {
  return end<Value>(context_.get());
}

Sha256::Sha256() : context_(begin(sha256())) {}

Sha256& Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::update(std::span<const std::uint8_t> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256::Value Sha256::finish() {
  return end<Value>(context_.get());
}

}  // namespace eka::atom
