// Text fit to be shown: foreign bytes made harmless for a terminal, and suggestions for misspelt words.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace eka {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// `bytes` with everything that a terminal may obey or hide written as \xNN, one for each byte: C0 (but tab and newline
// when `lines`), DEL, C1, bidirectional and other invisible format controls, line and paragraph separators, tag
// characters, and bytes that are not valid UTF-8. With `lines` CR LF becomes LF. The result is cut to `limit` bytes,
// between characters, and ends with "…" where it was cut. Applying it twice changes nothing more.
std::string printable(std::string_view bytes, std::size_t limit = 400, bool lines = false);

// A JSON document with the same characters written as \uXXXX inside of its strings; it means the same. `json` must be
// valid JSON in UTF-8.
std::string printable_json(std::string_view json);

// The nearest of `candidates` to `word` by edit distance, or empty when none is near enough to be meant. A word of
// more than 64 bytes has none.
template <class Range>
std::string nearest(std::string_view word, const Range& candidates);

// In |a| times |b| steps: for short words.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The value of a hexadecimal digit of either case, or -1.
int hex_value(char digit);

template <class Range>
std::string nearest(std::string_view word, const Range& candidates) {
  constexpr std::size_t longest_word = 64;
  std::string best;
  if (word.size() > longest_word) return best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const auto& candidate : candidates) {
    if (std::string_view(candidate).size() > longest_word + best_distance) continue;
    if (const auto d = edit_distance(word, candidate); d < best_distance) {
      best_distance = d;
      best = std::string(candidate);
    }
  }
  return best;
}

}  // namespace eka
