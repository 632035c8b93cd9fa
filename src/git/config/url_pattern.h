// Whether the <url> of "http.<url>.proxy" applies to a URL, and how exactly (git-config(1), http.<url>.*;
// gitcredentials(7), "Configuration options").
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
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

// Scheme and port must agree, each "*" in the host matches one label, the path must be a prefix that ends at a "/",
// a user must be the same where the pattern names one. Paths are compared as normalised_path() gives them.
std::optional<UrlMatch> match_url(std::string_view pattern, const atom::Url& url);

// Whether the <url> of "credential.<url>.helper" applies to `url`: as match_url(), or a part of a URL ("host",
// "scheme://", "user@host") whose every component is that of `url`.
bool match_credential_context(std::string_view pattern, const atom::Url& url);

// The path that a server is asked for: "." and ".." resolved, and escapes written that need not be ("%2e" is "."), so
// that "/team/../other" is not below "/team".
std::string normalised_path(std::string_view path);

}  // namespace eka::git
