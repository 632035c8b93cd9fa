// ~/.netrc: logins by the name of a machine.
//
//   machine <name> login <user> password <secret> [account <any>]     or "default" in place of "machine <name>"
//   macdef <name> …                                                   to the next empty line: skipped
#pragma once

#include <optional>
#include <string_view>

#include "net/login/login.h"

namespace eka::net {

// The first entry for `host`; for `user` alone, when one is given.
std::optional<Login> login_in_netrc(std::string_view text, std::string_view host, std::string_view user);

}  // namespace eka::net
