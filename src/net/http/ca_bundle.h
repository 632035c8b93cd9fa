// The file of certificate authorities that applies when the user names none.
#pragma once

#include <array>
#include <string>

namespace eka::net {

// Where distributions keep it: Debian, Arch, Nix; Fedora; openSUSE; Alpine.
inline constexpr std::array usual_ca_bundles = {"/etc/ssl/certs/ca-certificates.crt",
                                                "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                                "/etc/ssl/cert.pem"};

// The file to use in place of `built_in`, the one that libcurl was built for: the first usual one that exists. Empty if
// `built_in` exists, which is the case unless libcurl comes from another distribution (an archive of eka brings its
// own), or if there is no other. Calls stat(2), up to five times.
std::string ca_bundle_instead_of(const char* built_in);

}  // namespace eka::net
