// Durations and sizes as people read them, and long names cut in the middle. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eka::cli {

// "4.1 s", "42 s", "1 min 5 s", "2 h 3 min".
std::string duration_text(std::chrono::milliseconds time);
// "512 B", "340 kB", "2.1 MB": powers of 1000.
std::string size_text(std::uint64_t bytes);

// `text`, which is printable and of one line, in at most `columns`. If it has to be cut, its middle is replaced by
// `mark` and more of its end is kept: URLs differ there.
std::string cut_middle(std::string_view text, std::size_t columns, std::string_view mark);
// The same, but its end is replaced.
std::string cut_end(std::string_view text, std::size_t columns, std::string_view mark);

// `text` with "?" for each character that is not ASCII, for terminals without UTF-8.
std::string ascii_only(std::string_view text);

// Whether a locale with these variables (LC_ALL, LC_CTYPE, LANG; null if unset) uses UTF-8: the first that is not empty
// decides.
bool is_utf8_locale(const char* all, const char* ctype, const char* lang);

}  // namespace eka::cli
