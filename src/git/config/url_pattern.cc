#include "git/config/url_pattern.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/take_until.h"
#include "base/text.h"

namespace eka::git {
namespace {

bool same_label(std::string_view pattern, std::string_view label) {
  const auto lower = [](char c) { return lowered(c); };
  return pattern == "*" || std::ranges::equal(pattern, label, {}, lower, lower);
}

bool same_host(std::string_view pattern, std::string_view host) {
  while (!pattern.empty() && !host.empty()) {
    if (!same_label(take_until(pattern, '.'), take_until(host, '.'))) return false;
  }
  return pattern.empty() && host.empty();
}

// Decodes escapes of letters, digits, "-", ".", "_" and "~", and converts others to upper case.
std::string normalised_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    if (low < 0) {
      out += text[i];
      continue;
    }
    const char c = static_cast<char>(high * 16 + low);
    const bool plain = is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
    static constexpr std::string_view digits = "0123456789ABCDEF";
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[static_cast<std::size_t>(high)], digits[static_cast<std::size_t>(low)]};
    }
    i += 2;
  }
  return out;
}

// The length of the pattern's path if it is a prefix of `path`. Both are normalised.
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
  const auto prefix = path_prefix(normalised_path(path), normalised_path(url.path()));
  if (!prefix) return std::nullopt;
  match.host = host.size() * 2 - static_cast<std::size_t>(std::ranges::count(host, '*'));
  match.path = *prefix;
  return match;
}

std::string normalised_path(std::string_view path) {
  const std::string text = normalised_escapes(path);
  std::vector<std::string_view> parts;
  std::string_view rest = text;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  bool directory = false;  // ends with "/"
  while (!rest.empty()) {
    directory = rest.find('/') != std::string_view::npos;
    const std::string_view part = take_until(rest, '/');
    if (part == "." || part == "..") {
      if (part == ".." && !parts.empty()) parts.pop_back();
      directory = true;
    } else {
      parts.push_back(part);
    }
  }
  std::string out;
  for (const std::string_view part : parts) out.append("/").append(part);
  if (out.empty() || directory) out += '/';
  return out;
}

bool match_credential_context(std::string_view pattern, const atom::Url& url) {
  if (match_url(pattern, url)) return true;
  if (const auto scheme_end = pattern.find("://"); scheme_end != std::string_view::npos) {
    if (!same_label(pattern.substr(0, scheme_end), scheme_name(url.scheme()))) return false;
    pattern.remove_prefix(scheme_end + 3);
  }
  std::string_view path = pattern;
  std::string_view host = take_until(path, '/');
  if (const auto at = host.rfind('@'); at != std::string_view::npos) {
    std::string_view user = host.substr(0, at);
    if (const auto name = take_until(user, ':'); !name.empty() && name != url.user()) return false;
    host.remove_prefix(at + 1);
  }
  const std::string url_host = url.host() + (url.port() ? ":" + std::to_string(*url.port()) : "");
  if (!host.empty() && !same_label(host, url_host)) return false;
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() || normalised_path(path) == normalised_path(url.path());
}

}  // namespace eka::git
