#pragma once

#include <compare>
#include <string>

namespace eka::net {

struct Login {
  Login() = default;  // declared, so that this is not an aggregate: see the warning in task.h

  std::string user, password;
  friend auto operator<=>(const Login&, const Login&) = default;
};

}  // namespace eka::net
