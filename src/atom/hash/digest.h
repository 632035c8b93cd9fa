// SHA-1 and SHA-256, incremental. Only digest.cc and signature.cc include OpenSSL.
//
// The algorithms are fetched once per process: with OpenSSL 3 an implicit fetch for every small object costs more than
// hashing it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct evp_md_ctx_st;

namespace eka::atom {

namespace detail {
struct DigestContextFree {
  void operator()(evp_md_ctx_st* context) const noexcept;
};
using DigestContext = std::unique_ptr<evp_md_ctx_st, DigestContextFree>;
}  // namespace detail

class Sha1 {
 public:
  using Value = std::array<std::uint8_t, 20>;
  Sha1();
  Sha1& update(std::string_view bytes);
  Sha1& update(std::span<const std::uint8_t> bytes);
  Value finish();  // and resets the state for the next message
  static Value of(std::string_view bytes) { return Sha1().update(bytes).finish(); }

 private:
  detail::DigestContext context_;
};

class Sha256 {
 public:
  using Value = std::array<std::uint8_t, 32>;
  Sha256();
  Sha256& update(std::string_view bytes);
  Sha256& update(std::span<const std::uint8_t> bytes);
  Value finish();  // and resets the state for the next message
  static Value of(std::string_view bytes) { return Sha256().update(bytes).finish(); }

 private:
  detail::DigestContext context_;
};

}  // namespace eka::atom
