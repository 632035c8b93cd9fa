#include "atom/config/cutoff.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/text.h"

namespace eka::atom {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

// Reads fixed fields from the front of a text; any deviation makes it invalid.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  // Exactly `digits` digits, at most `limit`.
  int number(std::size_t digits, int limit) {
    int out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return fail();
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return out <= limit ? out : fail();
  }
  // One of these characters.
  char one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
      fail();
      return 0;
    }
    const char out = rest_.front();
    rest_.remove_prefix(1);
    return out;
  }
  // "." and digits, if there are any.
  void skip_fraction() {
    if (!rest_.starts_with('.')) return;
    const auto end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
    if (end == 1) fail();
    rest_.remove_prefix(end);
  }
  bool at_end() const { return rest_.empty(); }
  bool are_valid() const { return valid_; }

 private:
  int fail() {
    valid_ = false;
    return 0;
  }

  std::string_view rest_;
  bool valid_ = true;
};

// RFC 3339, with or without a time.
std::optional<sys_seconds> read_time(std::string_view text) {
  Fields fields(text);
  const std::chrono::year year(fields.number(4, 9999));
  fields.one_of("-");
  const std::chrono::month month(static_cast<unsigned>(fields.number(2, 12)));
  fields.one_of("-");
  const std::chrono::day day(static_cast<unsigned>(fields.number(2, 31)));
  const auto date = year / month / day;
  if (!fields.are_valid() || !date.ok()) return std::nullopt;
  sys_seconds out = std::chrono::sys_days(date);
  if (fields.at_end()) return out;
  fields.one_of("Tt ");
  out += hours(fields.number(2, 23));
  fields.one_of(":");
  out += minutes(fields.number(2, 59));
  fields.one_of(":");
  out += seconds(fields.number(2, 60));  // 60: a leap second
  fields.skip_fraction();
  const char zone = fields.one_of("Zz+-");
  if (zone == '+' || zone == '-') {
    auto offset = seconds(hours(fields.number(2, 23)));
    fields.one_of(":");
    offset += minutes(fields.number(2, 59));
    out -= zone == '+' ? offset : -offset;
  }
  return fields.are_valid() && fields.at_end() ? std::optional(out) : std::nullopt;
}

std::optional<seconds> read_age(std::string_view text) {
  constexpr unsigned most = 100'000;
  if (text.empty()) return std::nullopt;
  const char unit = text.back();
  text.remove_suffix(1);
  unsigned number = 0;
  const bool is_number = text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto failure = std::from_chars(text.data(), text.data() + text.size(), number).ec;
  if (!is_number || failure != std::errc() || number == 0 || number > most) return std::nullopt;
  if (unit == 'h') return hours(number);
  if (unit == 'd') return std::chrono::days(number);
  if (unit == 'w') return std::chrono::weeks(number);
  return std::nullopt;
}

}  // namespace

Result<Cutoff> Cutoff::parse(std::string_view text) {
  if (const auto age = read_age(text)) return Cutoff(text, *age);
  if (const auto time = read_time(text)) return Cutoff(text, *time);
  return fail(Kind::usage, "invalid value “" + printable(text, 80) +
                               "”: must be a date such as 2026-11-20, a timestamp such as 2026-11-20T10:30:00Z, or an "
                               "age such as 12h, 7d or 2w");
}

sys_seconds Cutoff::at(sys_seconds now) const {
  if (const auto* const age = std::get_if<seconds>(&value_)) return now - *age;
  return std::get<sys_seconds>(value_);
}

std::string timestamp(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace eka::atom
