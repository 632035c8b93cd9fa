// The only file that includes libcurl: owning handles.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

namespace eka::net {

// Keeps the library initialised while it exists; there may be any number.
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

// Resolves `location`, absolute or relative, against the absolute URL `base`; empty if it is invalid.
std::string resolve_url(const std::string& base, const std::string& location);

}  // namespace eka::net
