#include "net/http/ca_bundle.h"

#include <doctest/doctest.h>

#include "net/http/curl.h"

namespace eka::net {

TEST_CASE("certificate authorities: those of this machine, if libcurl was built for another one") {
  CHECK(ca_bundle_instead_of("/etc/passwd").empty());

  // This machine's libcurl finds its own file. One that looks for a file that does not exist is given the same.
  const EasyHandle easy(curl_easy_init());
  char* built_in = nullptr;
  REQUIRE(curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &built_in) == CURLE_OK);
  REQUIRE(built_in != nullptr);
  CHECK(ca_bundle_instead_of(built_in).empty());
  CHECK(ca_bundle_instead_of("/nowhere/ca-bundle.crt") == built_in);
}

}  // namespace eka::net
