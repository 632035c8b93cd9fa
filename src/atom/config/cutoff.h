// A point in time as users write it: a date, a timestamp, or an age.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace eka::atom {

class Cutoff {
 public:
  // "2026-11-20" is the beginning of that day in UTC; a timestamp is that of RFC 3339, "2026-11-20T10:30:00Z" or
  // "…+01:00"; an age is a number of hours, days or weeks: "12h", "7d", "2w". Kind::usage.
  static Result<Cutoff> parse(std::string_view text);

  const std::string& text() const { return text_; }  // as written
  bool is_age() const { return std::holds_alternative<std::chrono::seconds>(value_); }
  // The point in time, if it is `now`: an age is subtracted.
  std::chrono::sys_seconds at(std::chrono::sys_seconds now) const;

 private:
  using Value = std::variant<std::chrono::sys_seconds, std::chrono::seconds>;
  Cutoff(std::string_view text, Value value) : text_(text), value_(value) {}

  std::string text_;
  Value value_;
};

// "2026-11-20T10:30:00Z"
std::string timestamp(std::chrono::sys_seconds time);

}  // namespace eka::atom
