// The identity of an atom: BLAKE3 of its label, keyed by its set's genesis (protocol.md §2).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"

namespace eka::atom {

class AtomId {
 public:
  // Computes the ids of many atoms of one set: the set's part is computed once.
  class OfSet {
   public:
    explicit OfSet(const ObjectId& genesis);
    AtomId operator()(const Label& label) const;

   private:
    std::array<std::uint8_t, 32> key_;
  };

  AtomId(const ObjectId& genesis, const Label& label) : AtomId(OfSet(genesis)(label)) {}
  static Result<AtomId> parse(std::string_view base32hex);  // 52 characters, lower case
  std::string str() const;
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }
  friend auto operator<=>(const AtomId&, const AtomId&) = default;

 private:
  explicit AtomId(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace eka::atom

template <>
struct std::hash<eka::atom::AtomId> {
  std::size_t operator()(const eka::atom::AtomId& id) const noexcept;  // the first bytes: the id is already a hash
};
