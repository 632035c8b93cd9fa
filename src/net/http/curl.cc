#include "net/http/curl.h"

#include "base/error.h"

namespace eka::net {

Libcurl::Libcurl() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(Kind::failure, "cannot initialize libcurl");
}

Libcurl::~Libcurl() {
  curl_global_cleanup();
}

std::string resolve_url(const std::string& base, const std::string& location) {
  const std::unique_ptr<CURLU, CurlDeleter<curl_url_cleanup>> url(curl_url());
  char* text = nullptr;
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, CurlDeleter<curl_free>> owned(text);
  return text;
}

std::string curl_version() {
  return curl_version_info(CURLVERSION_NOW)->version;
}

}  // namespace eka::net
