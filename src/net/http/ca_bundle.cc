#include "net/http/ca_bundle.h"

#include <filesystem>

namespace eka::net {

std::string ca_bundle_instead_of(const char* built_in) {
  std::error_code ignored;
  if (std::filesystem::exists(built_in, ignored)) return {};
  for (const char* const place : usual_ca_bundles) {
    if (std::filesystem::exists(place, ignored)) return place;
  }
  return {};
}

}  // namespace eka::net
