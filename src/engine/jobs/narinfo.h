// The description of a store path in a binary cache (`<hash>.narinfo`), as far as eka needs it.
//
//   StorePath: /nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-hello-1.2.0
//   References: hkmq6dic38lhq0x6mqmmcrnsdyn7235p-glibc-2.40 6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-hello-1.2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace eka::engine {

struct Narinfo {
  std::vector<std::string> references;  // store paths, without the path itself

  // Kind::remote if it is not the description of `store_path`.
  static Result<Narinfo> parse(std::string_view text, std::string_view store_path);
};

}  // namespace eka::engine
