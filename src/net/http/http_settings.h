// How one place is reached over HTTP: proxy, certificates, headers.
//
// A value. Where it comes from is up to the caller; for git's configuration see git/config/http_settings.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"

namespace eka::net {

struct HttpSettings {
  std::optional<std::string> proxy;  // may hold a password; empty: none, whatever the environment says
  std::string proxy_name;            // it, or that of the environment, for messages; no_proxy may except the host
  std::string ca_file, ca_path;      // empty: the defaults of libcurl
  std::string certificate, key;      // the client's own
  std::string user_agent;            // empty: none is sent
  std::vector<std::string> headers;  // may hold secrets: for this place only
  bool check_unwanted = false;       // the configuration turns certificate checks off; they are made anyway

  // A line for each setting, without secrets.
  std::vector<std::string> described() const;
};

// The settings for requests to a URL.
using HttpSettingsFor = std::function<std::shared_ptr<const HttpSettings>(const atom::Url&)>;

}  // namespace eka::net
