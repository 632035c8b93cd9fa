#include "net/policy/retry_after.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <time.h>

#include "base/ascii.h"

namespace eka::net {
namespace {

using std::chrono::seconds;

constexpr seconds longest{365L * 24 * 3600};

}  // namespace

std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
  const std::string whole(text);
  // IMF-fixdate, RFC 850, asctime. Names are English: the program does not set a locale.
  for (const char* const form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = ::strptime(whole.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    return std::chrono::sys_seconds(seconds(::timegm(&parts)));
  }
  return std::nullopt;
}

std::optional<seconds> retry_after(std::string_view value, std::string_view date,
                                   std::chrono::system_clock::time_point now) {
  if (value.empty()) return std::nullopt;
  seconds wait{};
  if (std::ranges::all_of(value, is_digit)) {
    long number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    wait = error == std::errc() ? std::min(seconds(number), longest) : longest;
  } else {
    const auto until = http_date(value);
    if (!until) return std::nullopt;
    const auto from = http_date(date).value_or(std::chrono::floor<seconds>(now));
    wait = std::min(*until - from, longest);
  }
  return wait.count() > 0 ? std::optional(wait) : std::nullopt;
}

}  // namespace eka::net
