// Names defined in protocol.md §1: identifier, label, tag. NFKC-normalized when parsed, so equal names compare equal.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

// A label names an atom within its set.
class Label {
 public:
  // Kind::usage if invalid, naming the offending characters.
  static Result<Label> parse(std::string_view text);
  const std::string& str() const { return text_; }
  friend auto operator<=>(const Label&, const Label&) = default;

 private:
  explicit Label(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A tag names a set within a manifest, or classifies an atom.
class Tag {
 public:
  static Result<Tag> parse(std::string_view text);
  const std::string& str() const { return text_; }
  friend auto operator<=>(const Tag&, const Tag&) = default;

 private:
  explicit Tag(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace eka::atom

template <>
struct std::hash<eka::atom::Label> {
  std::size_t operator()(const eka::atom::Label& label) const noexcept { return std::hash<std::string>{}(label.str()); }
};
