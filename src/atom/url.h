// Where a repository is. Parsed once, strictly; prints itself without its password.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "error/error.h"

namespace eka::atom {

class Url {
 public:
  enum class Scheme { https, http, ssh, git, file };

  // A URL with a scheme, an scp-like "user@host:path", or a path (Scheme::file). Aliases are uri.h's affair.
  // Refused (hostile.md 12, 14, 17): any other scheme, "ext::"-like helpers, control characters raw or %-encoded, an
  // empty host, more than one "@" in the authority, "%2F" in a host, and a host, user or ssh path that begins with "-".
  static Result<Url> parse(std::string_view text);

  Scheme scheme() const { return scheme_; }
  bool is_local() const { return scheme_ == Scheme::file; }
  const std::string& user() const { return user_; }
  const std::string& password() const { return password_; }
  const std::string& host() const { return host_; }  // lower case; IPv6 in brackets
  std::optional<std::uint16_t> port() const { return port_; }
  const std::string& path() const { return path_; }  // as written (with its leading "/" for everything but file paths)

  // For people, logs, locks: the password shown as "***".
  std::string str() const;
  // For the request itself, never for anything that is written down.
  std::string with_secret() const;
  // scheme://host:port, the scope of a secret and of what is known of a server. Empty for file.
  std::string origin() const;

  friend auto operator<=>(const Url&, const Url&) = default;

 private:
  Scheme scheme_ = Scheme::file;
  std::string user_, password_, host_;
  std::optional<std::uint16_t> port_;
  std::string path_;
};

}  // namespace eka::atom
