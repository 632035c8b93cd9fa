// The location of a repository or a file. Parsed once, strictly; printed without its password.
//
// Three forms are accepted and normalized to one:
//
//   scheme://[user[:password]@]host[:port]/path     https, http, ssh, git; file:///path
//   user@host:path, host.tld:path                   as git's ssh; normalized to ssh://user@host/path
//   /path, path                                     a file path; a relative one is kept as written
//
// Schemes and hosts are lower-cased, a scheme's default port is dropped, and %-escapes of user, password and (except
// for http and https, whose servers see the path) of the path are decoded, and encoded again when printed: two
// spellings of one location compare equal. An absolute file path prints as file:///path, a relative one unchanged, and
// every Url that prints without a password parses back to an equal Url.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

class Url {
 public:
  enum class Scheme { https, http, ssh, git, file };

  // Does not expand aliases (see uri.h). Rejects, with Kind::usage: any other scheme, helpers like "ext::", control
  // characters raw or %-encoded, spaces and fragments in http, an empty host, more than one "@" in the authority, "%"
  // or anything but letters, digits, "-", "." and "_" in a host (write others as xn--…), and a host, user or ssh path
  // that begins with "-". Messages never quote a password.
  static Result<Url> parse(std::string_view text);
  // The URL of a repository: like parse(), but rejects a query. Requests append to the path, so a query would let the
  // author of the URL choose the address that they reach.
  static Result<Url> parse_repository(std::string_view text);
  Result<Url> for_repository() const;  // the same for a parsed URL

  Scheme scheme() const { return scheme_; }
  bool is_local() const { return scheme_ == Scheme::file; }
  const std::string& user() const { return user_; }            // decoded
  const std::string& password() const;                         // decoded; empty if only "***" was read
  const std::string& host() const { return host_; }            // lower case; IPv6 in brackets
  std::optional<std::uint16_t> port() const { return port_; }  // unset: the scheme's default
  // For http and https as written, including the query; otherwise decoded. Begins with "/", except in a relative file
  // path. A home directory ("host:~/x") is "/~/x", as in git.
  const std::string& path() const { return path_; }

  // For people, logs and locks: the password is printed as "***". Parsing the result gives a Url without a password.
  std::string str() const;
  // Only for the request itself; never store or print it.
  std::string with_secret() const;
  // scheme://host:port, always with port: the scope of credentials and of cached facts about a server. Empty for file.
  std::string origin() const;

  friend auto operator<=>(const Url&, const Url&) = default;

 private:
  friend class UrlReader;
  std::string print(bool secret) const;

  Scheme scheme_ = Scheme::file;
  std::string user_, password_, host_;
  std::optional<std::uint16_t> port_;
  std::string path_;
};

// "https", "ssh", …
std::string_view scheme_name(Url::Scheme scheme);

// Sanitizes text that may contain a URL, for messages: escapes control characters and replaces anything that could be a
// password by "***". Meant for text that did not parse, so in doubt it hides too much.
std::string redacted(std::string_view text);

// The same without escapes and without a length limit. What is not a password stays: "::label@requirement" at the end,
// a port, and the path after an alias or host.
std::string without_password(std::string_view text);

// Whether Url::parse accepts `text` as the name or address of a host (brackets around IPv6).
bool is_host(std::string_view text);

}  // namespace eka::atom
