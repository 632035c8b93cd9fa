// The header Retry-After of a response: a number of seconds, or an HTTP date.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace eka::net {

// How long the server asks to wait; nullopt if `value` is neither, or not in the future. A date is compared with
// `date`, the header Date of the same response, so that a wrong clock of this machine does not matter; without it, with
// `now`. At most one year.
std::optional<std::chrono::seconds> retry_after(std::string_view value, std::string_view date,
                                                std::chrono::system_clock::time_point now);

// RFC 9110, section 5.6.7, in each of its three forms.
std::optional<std::chrono::sys_seconds> http_date(std::string_view text);

}  // namespace eka::net
