// HTTP settings for one URL: proxy, certificates, headers.
//
// A value. The caller decides where it comes from; for git's configuration see git/config/http_settings.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"

namespace eka::net {

struct HttpSettings {
  std::optional<std::string> proxy;  // may contain a password; empty: no proxy, whatever the environment contains
  std::string proxy_name;            // `proxy`, or that of the environment, for messages; no_proxy may exclude the host
  std::string ca_file, ca_path;      // empty: the defaults of libcurl
  std::string certificate, key;      // of the client
  std::string user_agent;            // empty: none is sent
  std::vector<std::string> headers;  // may contain secrets: send only to this URL
  bool http_1 = false;               // use HTTP/1.1, even where HTTP/2 can be negotiated
  bool check_unwanted = false;       // the configuration disables certificate verification; it is done anyway

  // One line for each setting, without secrets.
  std::vector<std::string> described() const;
};

// The settings for requests to a URL.
using HttpSettingsFor = std::function<std::shared_ptr<const HttpSettings>(const atom::Url&)>;

}  // namespace eka::net
