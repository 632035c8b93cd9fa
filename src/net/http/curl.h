// The one door through which libcurl enters: owning handles.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

namespace eka::net {

// Keeps the library initialised while it lives; any number may exist.
class Libcurl {
 public:
  Libcurl();
  ~Libcurl();
  Libcurl(const Libcurl&) = delete;
  Libcurl& operator=(const Libcurl&) = delete;
};

template <auto free_function>
struct CurlDeleter {
  template <class T>
  void operator()(T* handle) const noexcept {
    free_function(handle);
  }
};

using EasyHandle = std::unique_ptr<CURL, CurlDeleter<curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, CurlDeleter<curl_multi_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter<curl_slist_free_all>>;

std::string curl_version();

// `location` as seen from `base`, both absolute or the former relative; empty when it makes no sense.
std::string resolve_url(const std::string& base, const std::string& location);

}  // namespace eka::net
