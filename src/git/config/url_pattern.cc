#include "git/config/url_pattern.h"

#include <algorithm>
#include <string>

namespace eka::git {
namespace {

std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view out = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return out;
}

bool same_label(std::string_view pattern, std::string_view label) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return pattern == "*" || std::ranges::equal(pattern, label, {}, lower, lower);
}

bool same_host(std::string_view pattern, std::string_view host) {
  while (!pattern.empty() && !host.empty()) {
    if (!same_label(take_until(pattern, '.'), take_until(host, '.'))) return false;
  }
  return pattern.empty() && host.empty();
}

// The length of the pattern's path, if it is a prefix.
std::optional<std::size_t> path_prefix(std::string_view pattern, std::string_view path) {
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  if (!path.starts_with(pattern)) return std::nullopt;
  if (path.size() > pattern.size() && path[pattern.size()] != '/') return std::nullopt;
  return pattern.size() + 1;
}

}  // namespace

std::optional<UrlMatch> match_url(std::string_view pattern, const atom::Url& url) {
  const auto scheme_end = pattern.find("://");
  if (scheme_end == std::string_view::npos || !same_label(pattern.substr(0, scheme_end), scheme_name(url.scheme()))) {
    return std::nullopt;
  }
  pattern.remove_prefix(scheme_end + 3);
  const auto slash = std::min(pattern.find('/'), pattern.size());
  std::string_view authority = pattern.substr(0, slash);
  const std::string_view path = pattern.substr(slash);
  UrlMatch match;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (take_until(user, ':') != url.user()) return std::nullopt;
    match.user = true;
  }
  const auto bracket = authority.starts_with('[') ? std::min(authority.find(']'), authority.size()) : 0;
  const auto colon = authority.find(':', bracket);
  const std::string_view host = authority.substr(0, colon);
  if (!same_host(host, url.host())) return std::nullopt;
  const std::string origin = url.origin();
  const std::string_view port = std::string_view(origin).substr(origin.rfind(':') + 1);
  const std::string_view default_port = url.scheme() == atom::Url::Scheme::https ? "443" : "80";
  if ((colon == std::string_view::npos ? default_port : authority.substr(colon + 1)) != port) return std::nullopt;
  const auto prefix = path_prefix(path, url.path());
  if (!prefix) return std::nullopt;
  match.host = host.size() * 2 - static_cast<std::size_t>(std::ranges::count(host, '*'));
  match.path = *prefix;
  return match;
}

}  // namespace eka::git
