// Whether the <url> of "http.<url>.proxy" applies to a URL, and how specific the match is (git-config(1), http.<url>.*;
// gitcredentials(7), "Configuration options").
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "atom/names/url.h"

namespace eka::git {

// How specific a match is; the greater one wins.
struct UrlMatch {
  std::size_t host = 0;  // length of the pattern's host; a host with "*" counts less
  std::size_t path = 0;  // length of the matching path
  bool user = false;

  friend auto operator<=>(const UrlMatch&, const UrlMatch&) = default;
};

// Scheme and port must be equal, each "*" in the host matches one label, the path must be a prefix that ends at a "/",
// and the user must be equal if the pattern contains one. Paths are compared as returned by normalised_path().
std::optional<UrlMatch> match_url(std::string_view pattern, const atom::Url& url);

// Whether the <url> of "credential.<url>.helper" applies to `url`: as match_url(), or a partial URL ("host",
// "scheme://", "user@host") of which every component equals that of `url`.
bool match_credential_context(std::string_view pattern, const atom::Url& url);

// The path that a server receives: "." and ".." resolved, and unnecessary escapes decoded ("%2e" is "."), so that
// "/team/../other" is not below "/team".
std::string normalised_path(std::string_view path);

}  // namespace eka::git
