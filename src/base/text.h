// Remote bytes made fit for a terminal (engine law 11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eka {

// `bytes` with every control character (C0 except tab and newline when `lines`, DEL, C1), every bidirectional override
// and every byte that is not valid UTF-8 written as \xNN, cut to `limit` bytes of output with "…" at a cut.
std::string printable(std::string_view bytes, std::size_t limit = 400, bool lines = false);

// The nearest of `candidates` to `word` by edit distance, or empty when none is near enough to be meant.
template <class Range>
std::string nearest(std::string_view word, const Range& candidates);

std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::string nearest(std::string_view word, const Range& candidates) {
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const auto& candidate : candidates) {
    if (const auto d = edit_distance(word, candidate); d < best_distance) {
      best_distance = d;
      best = std::string(candidate);
    }
  }
  return best;
}

}  // namespace eka
