#include "atom/names/url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t url_length_limit = 4096;
constexpr std::string_view hidden = "***";

struct SchemeRow {
  std::string_view name;
  Url::Scheme scheme;
  std::uint16_t port;
};
constexpr std::array<SchemeRow, 5> schemes = {{{"https", Url::Scheme::https, 443},
                                               {"http", Url::Scheme::http, 80},
                                               {"ssh", Url::Scheme::ssh, 22},
                                               {"git", Url::Scheme::git, 9418},
                                               {"file", Url::Scheme::file, 0}}};

const SchemeRow& row(Url::Scheme scheme) {
  return *std::ranges::find(schemes, scheme, &SchemeRow::scheme);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The byte encoded by an escape at the start of `text`, or -1.
int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : 16 * high + low;
}

bool hides_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) return true;
    if (const int byte = escaped_byte(text.substr(i)); byte >= 0 && is_control(static_cast<char>(byte))) return true;
  }
  return false;
}

// Empty if a "%" does not start a valid escape.
std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int byte = escaped_byte(text.substr(i));
    if (byte < 0) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

// Bytes beyond ASCII are not encoded, so that people can read them.
std::string encode(std::string_view text, std::string_view plain) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || is_alphanumeric(c) || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

constexpr std::string_view plain_in_path = "/-._~!$&'()*+,;=:@";
constexpr std::string_view plain_in_user = "-._~!$&'()*+,;=";

bool is_ipv6(std::string_view inside) {
  const auto allowed = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
  return std::ranges::all_of(inside, allowed) && std::ranges::count(inside, ':') >= 2;
}

}  // namespace

std::string_view scheme_name(Url::Scheme scheme) {
  return row(scheme).name;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) return text.ends_with(']') && is_ipv6(text.substr(1, text.size() - 2));
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, allowed) && !text.starts_with('-') &&
         !text.starts_with('.') && text.find("..") == std::string_view::npos;
}

namespace {

// Where "::label@requirement" begins at the end of a URI; its length if it has none. Neither part contains a slash, and
// a label no colon.
std::size_t start_of_label(std::string_view text) {
  const auto separator = text.rfind("::");
  if (separator == std::string_view::npos) return text.size();
  const std::string_view rest = text.substr(separator + 2);
  const std::string_view label = rest.substr(0, rest.find('@'));
  if (rest.find('/') != std::string_view::npos || label.find(':') != std::string_view::npos) return text.size();
  return separator;
}

// "8080" of "h:8080/x" and "h:8080::label": digits before a path or the end are a port, not a password.
bool starts_with_port(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view rest = text.substr(digits);
  return digits > 0 && (rest.empty() || rest.starts_with('/') || rest.starts_with("::"));
}

}  // namespace

std::string without_password(std::string_view text) {
  const auto scheme = text.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  // With a scheme, "::" and "@" after the user may be parts of a password: then there is no "@" before the label.
  std::size_t end = start_of_label(text);
  const auto colon = text.find(':', begin);
  const bool has_user = colon < end && text.substr(colon, end - colon).find('@') != std::string_view::npos;
  if (!has_user && scheme != std::string_view::npos && colon < end) end = text.size();
  const auto at = text.substr(0, end).rfind('@');
  std::string out(text);
  if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) return out;
  // After a slash, no password begins: "https://h/x::label@1".
  if (text.find('/', begin) < colon || starts_with_port(text.substr(colon + 1))) return out;
  return out.substr(0, colon + 1) + std::string(hidden) + out.substr(at);
}

std::string redacted(std::string_view text) {
  return printable(without_password(text), 200);
}

// Parses one URL; its steps share the text, for messages, and the Url under construction.
class UrlReader {
 public:
  explicit UrlReader(std::string_view text) : text_(text) {}

  Result<Url> read() {
    if (text_.empty()) return refuse("empty");
    if (text_.size() > url_length_limit) return refuse("too long");
    if (hides_control(text_)) return refuse("contains a control character");
    if (const auto at = text_.find("://"); at != std::string_view::npos && is_scheme(text_.substr(0, at))) {
      return with_scheme(text_.substr(0, at), text_.substr(at + 3));
    }
    const auto colon = colon_before_slash();
    if (colon == std::string_view::npos) return file_path();
    if (text_.substr(colon).starts_with("::")) return refuse("git remote helpers are not supported");
    return scp_like(text_.substr(0, colon), text_.substr(colon + 1));
  }

 private:
  std::unexpected<Error> refuse(const std::string& why, std::string hint = {}) const {
    Error error(Kind::usage, "invalid URL “" + redacted(text_) + "”: " + why);
    return std::unexpected(hint.empty() ? std::move(error) : std::move(error).with_hint(std::move(hint)));
  }

  static bool is_scheme(std::string_view text) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; };
    return !text.empty() && std::ranges::all_of(text, allowed);
  }

  // Like git, distinguishes "host:path" from a path by a colon before any slash, outside the brackets of IPv6.
  std::size_t colon_before_slash() const {
    std::size_t from = 0;
    const auto at = text_.find('@');
    const std::size_t host = at == std::string_view::npos ? 0 : at + 1;
    if (text_.substr(host).starts_with('[')) from = std::min(text_.find(']', host), text_.size());
    const auto colon = text_.find(':', from);
    return colon < text_.find('/') ? colon : std::string_view::npos;
  }

  Result<Url> with_scheme(std::string_view scheme, std::string_view rest) {
    const auto known = std::ranges::find(schemes, lowered(scheme), &SchemeRow::name);
    if (known == schemes.end()) {
      return refuse("unsupported scheme (supported: https, http, ssh, git, file)");
    }
    url_.scheme_ = known->scheme;
    const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view path = rest.substr(slash);
    if (url_.is_local()) return file_url(rest.substr(0, slash), path);
    if (auto done = authority(rest.substr(0, slash)); !done) return std::unexpected(std::move(done).error());
    return remote_path(path);
  }

  Result<Url> file_url(std::string_view host, std::string_view path) {
    if (!host.empty() && lowered(host) != "localhost") {
      return refuse("a file URL cannot have a host", "use file:///path, with three slashes");
    }
    const auto decoded = decode(path);
    if (!decoded) return refuse("invalid percent-encoding (write “%” as %25)");
    if (!decoded->starts_with('/')) return refuse("no path");
    url_.path_ = *decoded;
    return url_;
  }

  Result<Url> file_path() {
    if (text_.starts_with('-')) return refuse("starts with “-”", "if it is a file path, use ./ as prefix");
    if (const auto at = text_.find('@'); at < text_.find('/')) {
      return refuse("no path", "the form for ssh is user@host:path");
    }
    url_.path_ = text_;
    return url_;
  }

  Result<Url> scp_like(std::string_view who, std::string_view path) {
    url_.scheme_ = Url::Scheme::ssh;
    const auto at = who.find('@');
    if (at == std::string_view::npos && who.find('.') == std::string_view::npos && !who.starts_with('[')) {
      return refuse("no valid scheme or host before “:”",
                    "the form for ssh is user@host:path; use ./ as prefix of a file path with a colon");
    }
    if (auto done = authority(who); !done) return std::unexpected(std::move(done).error());
    if (path.starts_with('-')) return refuse("the path starts with “-”");
    url_.path_ = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return url_;
  }

  Result<void> authority(std::string_view text) {
    // Other programs read "\" as "/", and would see a different host.
    if (text.find('\\') != std::string_view::npos) return refuse("“\\” before the path");
    if (std::ranges::count(text, '@') > 1) return refuse("more than one “@” before the path");
    if (const auto at = text.find('@'); at != std::string_view::npos) {
      if (auto done = userinfo(text.substr(0, at)); !done) return done;
      text.remove_prefix(at + 1);
    }
    std::string_view host = text;
    const auto colon = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    if (colon != std::string_view::npos) {
      host = text.substr(0, colon);
      if (auto done = port(text.substr(colon + 1)); !done) return done;
    }
    if (host.empty()) return refuse("no host");
    if (host.starts_with('-')) return refuse("the host starts with “-”");
    if (!is_host(host)) return refuse("invalid character in the host name");
    url_.host_ = lowered(host);
    return {};
  }

  Result<void> userinfo(std::string_view text) {
    const auto colon = text.find(':');
    const auto user = decode(text.substr(0, colon));
    const auto password = colon == std::string_view::npos ? std::string() : decode(text.substr(colon + 1));
    if (!user || !password) return refuse("invalid percent-encoding before “@” (write “%” as %25)");
    if (user->empty() && !password->empty()) return refuse("password without user name");
    if (user->starts_with('-')) return refuse("the user name starts with “-”");
    url_.user_ = *user;
    url_.password_ = *password;
    return {};
  }

  Result<void> port(std::string_view text) {
    if (text.empty()) return {};
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Not quoted: this may be a password whose "@" is missing.
    if (error != std::errc() || end != text.data() + text.size() || value == 0) return refuse("invalid port");
    if (value != row(url_.scheme_).port) url_.port_ = value;
    return {};
  }

  Result<Url> remote_path(std::string_view path) {
    const bool http = url_.scheme_ == Url::Scheme::https || url_.scheme_ == Url::Scheme::http;
    url_.path_ = path;
    if (http) {
      if (path.find_first_of("# \\") != std::string_view::npos) {
        return refuse("unescaped “#”, “\\” or space in the path (write them as %23, %5C, %20)");
      }
    } else {
      const auto decoded = decode(path);
      if (!decoded) return refuse("invalid percent-encoding in the path (write “%” as %25)");
      if (path.find_first_of("?#") != std::string_view::npos) {
        return refuse("unescaped “?” or “#” in the path (write them as %3F, %23)");
      }
      url_.path_ = *decoded;
    }
    if (!url_.path_.starts_with('/')) url_.path_.insert(0, "/");
    return url_;
  }

  std::string_view text_;
  Url url_;
};

Result<Url> Url::parse(std::string_view text) {
  return UrlReader(text).read();
}

Result<Url> Url::parse_repository(std::string_view text) {
  auto url = parse(text);
  return url ? url->for_repository() : std::move(url);
}

Result<Url> Url::for_repository() const {
  const bool http = scheme_ == Scheme::http || scheme_ == Scheme::https;
  if (!http || path_.find('?') == std::string::npos) return *this;
  return std::unexpected(
      Error(Kind::usage, "“" + printable(str(), 200) + "” is not the URL of a repository: it contains a query")
          .with_hint("remove the part after “?”; if “?” is part of the path, write it as %3F"));
}

const std::string& Url::password() const {
  static const std::string none;
  return password_ == hidden ? none : password_;
}

std::string Url::print(bool secret) const {
  if (is_local()) return path_.starts_with('/') ? "file://" + encode(path_, plain_in_path) : path_;
  std::string out(scheme_name(scheme_));
  out += "://";
  out += encode(user_, plain_in_user);
  if (secret && !password().empty()) out += ":" + encode(password(), plain_in_user);
  if (!secret && !password_.empty()) out += ":" + std::string(hidden);
  if (!user_.empty()) out += '@';
  out += host_;
  if (port_) out += ":" + std::to_string(*port_);
  const bool http = scheme_ == Scheme::https || scheme_ == Scheme::http;
  return out + (http ? path_ : encode(path_, plain_in_path));
}

std::string Url::str() const {
  return print(false);
}

std::string Url::with_secret() const {
  return print(true);
}

std::string Url::origin() const {
  if (is_local()) return {};
  return std::string(scheme_name(scheme_)) + "://" + host_ + ":" + std::to_string(port_.value_or(row(scheme_).port));
}

}  // namespace eka::atom
