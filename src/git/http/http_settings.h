// How the user wants one place to be reached over HTTP: proxy, certificates, headers.
//
// From the git configuration, http.* and http.<url>.*: proxy, sslCAInfo, sslCAPath, sslCert, sslKey, extraHeader.
// GIT_SSL_CAINFO, GIT_SSL_CAPATH, GIT_SSL_CERT and GIT_SSL_KEY are stronger, as in git; SSL_CERT_FILE and
// NIX_SSL_CERT_FILE are weaker. Without http.proxy curl's own variables count (http_proxy, https_proxy, all_proxy);
// no_proxy always does. Certificates are checked whatever GIT_SSL_NO_VERIFY and http.sslVerify say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git/config/user_config.h"

namespace eka::git {

struct HttpSettings {
  std::optional<std::string> proxy;  // may hold a password; empty: none, whatever the environment says
  std::string proxy_name;            // it, or that of the environment, for messages; no_proxy may except the host
  std::string ca_file, ca_path;      // empty: what libcurl was built with
  std::string certificate, key;      // the client's own
  std::vector<std::string> headers;  // may hold secrets: for this place only
  bool check_unwanted = false;       // somebody would rather not have certificates checked; they are

  // For requests to `url`.
  static std::shared_ptr<const HttpSettings> of(const UserConfig& config, const atom::Url& url);

  // A line for each of them that is set, without secrets.
  std::vector<std::string> described() const;
};

}  // namespace eka::git
