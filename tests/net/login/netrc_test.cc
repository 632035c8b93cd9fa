#include "net/login/netrc.h"

#include <doctest/doctest.h>

namespace eka::net {

TEST_CASE("netrc: by machine, by user, default last, macros skipped") {
  constexpr std::string_view text =
      "# a comment\nmachine a.example login me password p1\nmacdef init\nmachine b.example login no password no\n\n"
      "machine B.example\n\tlogin you\n\tpassword \"p 2\\\"\"\nmachine b.example login other password p3\n"
      "machine c.example login nopassword\ndefault login anonymous password p4\n";
  CHECK(login_in_netrc(text, "a.example", "")->password == "p1");
  CHECK(login_in_netrc(text, "b.example", "")->password == "p 2\"");
  CHECK(login_in_netrc(text, "b.example", "other")->password == "p3");
  CHECK(login_in_netrc(text, "d.example", "")->user == "anonymous");
  CHECK_FALSE(login_in_netrc("machine a.example login me", "a.example", ""));
  CHECK_FALSE(login_in_netrc("machine a.example login me password p", "a.example.evil", ""));
  CHECK_FALSE(login_in_netrc("", "a.example", ""));
}

}  // namespace eka::net
