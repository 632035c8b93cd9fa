#include "cli/version.h"

#include <fmt/format.h>

#include "eval/nix/installation.h"
#include "git/libgit2/version.h"
#include "net/http/curl.h"

namespace eka::cli {

std::string version_text() {
  return fmt::format("eka {} ({})\nlibgit2 {}\ncurl {}\nexpressions {}\nnix {}", EKA_VERSION, EKA_COMMIT,
                     git::libgit2_version(), net::curl_version(), eval::expressions_version(),
                     eval::nix_version_in_words());
}

std::string version_number() {
  return EKA_VERSION;
}

}  // namespace eka::cli
