// Where a repository, or a file, is. Parsed once, strictly; prints itself without its password.
//
// Three spellings are understood, and become one:
//
//   scheme://[user[:password]@]host[:port]/path     https, http, ssh, git; file:///path
//   user@host:path, host.tld:path                   as git's ssh; normalised to ssh://user@host/path
//   /path, path                                     a file path; a relative one stays as it was written
//
// Schemes and hosts are lower case, a port that is the scheme's own is dropped, %-escapes of user, password and (but
// for http and https, whose servers see the path) of the path are decoded, and written again when printed: two
// spellings of one place compare equal. An absolute file path prints as file:///path, a relative one as itself, and
// every Url that prints without a password reads back as itself.
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

  // Aliases are uri.h's affair. Refused, with Kind::usage: any other scheme, helpers like "ext::", control characters
  // raw or %-encoded, spaces and fragments in http, an empty host, more than one "@" in the authority, "%" or anything
  // but letters, digits, "-", "." and "_" in a host (write others as xn--…), and a host, user or ssh path that begins
  // with "-". No message quotes a password.
  static Result<Url> parse(std::string_view text);
  // The URL of a repository: as parse(), and without a query. A request appends to its path, so that a query would send
  // it to an address of the URL's author's choice.
  static Result<Url> parse_repository(std::string_view text);
  Result<Url> for_repository() const;  // the same for a URL that has been read

  Scheme scheme() const { return scheme_; }
  bool is_local() const { return scheme_ == Scheme::file; }
  const std::string& user() const { return user_; }            // decoded
  const std::string& password() const;                         // decoded; empty where only "***" was read
  const std::string& host() const { return host_; }            // lower case; IPv6 in brackets
  std::optional<std::uint16_t> port() const { return port_; }  // nothing: the scheme's own
  // For http and https as written, query included; else decoded. Begins with "/", except in a relative file path. A
  // home directory ("host:~/x") is "/~/x", as git has it.
  const std::string& path() const { return path_; }

  // For people, logs, locks: the password shown as "***". Reading that back gives a Url without a password.
  std::string str() const;
  // For the request itself, never for anything that is written down.
  std::string with_secret() const;
  // scheme://host:port, the port always said: the scope of a secret and of what is known of a server. Empty for file.
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

// Text that may hold a URL, fit for a message: control characters escaped, and whatever could be a password as "***".
// Meant for text that did not parse, so it errs on the side of hiding too much.
std::string redacted(std::string_view text);

// Whether `text` can be the name or address of a host, as Url::parse has it (brackets around IPv6).
bool is_host(std::string_view text);

}  // namespace eka::atom
