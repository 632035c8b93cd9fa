// A pattern of labels, as in `gh:owner/repo::lib-*`: `*` stands for any characters, `?` for one.
#pragma once

#include <string>
#include <string_view>

#include "atom/names/label.h"
#include "base/error.h"

namespace eka::atom {

// Normalized like a label, so that it matches the labels that look like it.
class LabelPattern {
 public:
  // Whether `text` has a wildcard; otherwise it is meant as a label.
  static bool is_pattern(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

  // Kind::usage if it has characters that no label has.
  static Result<LabelPattern> parse(std::string_view text);
  static LabelPattern all() { return LabelPattern(U"*", "*"); }

  // In proportion to the lengths of both, multiplied.
  bool matches(const Label& label) const;

  // How all matching labels begin, for ref queries; may be empty.
  std::string prefix() const { return text_.substr(0, text_.find_first_of("*?")); }
  const std::string& str() const { return text_; }

 private:
  LabelPattern(std::u32string points, std::string text) : points_(std::move(points)), text_(std::move(text)) {}

  std::u32string points_;
  std::string text_;
};

}  // namespace eka::atom
