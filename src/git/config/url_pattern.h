// Does the <url> of "http.<url>.proxy" mean this URL, and how exactly? (git-config, http.<url>.*)
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "atom/names/url.h"

namespace eka::git {

// How good a match is; of two, the greater counts.
struct UrlMatch {
  std::size_t host = 0;  // characters of the pattern's host: one with "*" is worth less
  std::size_t path = 0;  // characters of the path that agree
  bool user = false;

  friend auto operator<=>(const UrlMatch&, const UrlMatch&) = default;
};

// Scheme and port must agree, each "*" in the host stands for one label, the path must be a prefix that ends at a "/",
// a user must be the same where the pattern names one.
std::optional<UrlMatch> match_url(std::string_view pattern, const atom::Url& url);

}  // namespace eka::git
