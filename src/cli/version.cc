#include "cli/version.h"

#include <fmt/format.h>

#include "eval/nix/installation.h"
#include "git/http/curl.h"
#include "git/libgit2/version.h"

namespace eka::cli {

std::string version_text() {
  return fmt::format("eka {} ({})\nlibgit2 {}\ncurl {}\nexpressions {}", EKA_VERSION, EKA_COMMIT,
                     git::libgit2_version(), git::curl_version(), eval::expressions_version());
}

}  // namespace eka::cli
