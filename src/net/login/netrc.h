// ~/.netrc: logins by host name.
//
//   machine <name> login <user> password <secret> [account <any>]     or "default" instead of "machine <name>"
//   macdef <name> …                                                   up to the next empty line: skipped
#pragma once

#include <optional>
#include <string_view>

#include "net/login/login.h"

namespace eka::net {

// The first entry for `host`; if `user` is not empty, the first for that user.
std::optional<Login> login_in_netrc(std::string_view text, std::string_view host, std::string_view user);

}  // namespace eka::net
