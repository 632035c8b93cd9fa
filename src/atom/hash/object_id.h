// A git object id (SHA-1), stored as 20 bytes rather than as a string.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

class ObjectId {
 public:
  static constexpr std::size_t size = 20;

  ObjectId() = default;  // all zeros: no object
  explicit ObjectId(const std::array<std::uint8_t, size>& bytes) : bytes_(bytes) {}
  // Exactly 40 hexadecimal digits, either case.
  static Result<ObjectId> parse(std::string_view hex);
  // The id of the object with this type ("blob", "tree", "commit") and content.
  static ObjectId of(std::string_view type, std::string_view content);

  std::string hex() const;
  std::span<const std::uint8_t, size> bytes() const { return bytes_; }
  bool is_null() const { return *this == ObjectId{}; }

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

 private:
  std::array<std::uint8_t, size> bytes_{};
};

}  // namespace eka::atom

template <>
struct std::hash<eka::atom::ObjectId> {
  // The id is already a hash, so its first bytes are used.
  std::size_t operator()(const eka::atom::ObjectId& id) const noexcept;
};
