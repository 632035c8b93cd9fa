// Text for terminals: escapes untrusted bytes, and suggests corrections of misspelt words.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace eka {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// Escapes everything in `bytes` that a terminal could interpret or hide as \xNN, one for each byte: C0 (except tab and
// newline if `lines`), DEL, C1, bidirectional and other invisible format controls, line and paragraph separators, tag
// characters, and bytes that are not valid UTF-8. With `lines`, CR LF becomes LF. The result is truncated to `limit`
// bytes at a character boundary, and then ends with "…". Idempotent.
std::string printable(std::string_view bytes, std::size_t limit = 400, bool lines = false);

// The number of columns that printable text without tabs and newlines takes on a terminal: East Asian wide characters
// and emoji take two, combining characters none.
std::size_t columns_of(std::string_view text);

// The beginning of such a text that fits into `columns`, and then ends with "…" if it is not the whole.
std::string cut_to_columns(std::string_view text, std::size_t columns);

// Escapes the same characters as \uXXXX inside the strings of a JSON document; its meaning does not change. `json` must
// be valid UTF-8 JSON.
std::string printable_json(std::string_view json);

// The element of `candidates` with the smallest edit distance to `word`; empty if none is similar enough, or if `word`
// is longer than 64 bytes.
template <class Range>
std::string nearest(std::string_view word, const Range& candidates);

// Takes |a| × |b| steps: for short words.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The value of a hexadecimal digit (upper or lower case), or -1.
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
