// Proxy, certificates and headers for a URL, from the user's git configuration.
//
// Reads http.* and http.<url>.*: proxy, sslCAInfo, sslCAPath, sslCert, sslKey, extraHeader, userAgent, version.
// GIT_SSL_CAINFO, GIT_SSL_CAPATH, GIT_SSL_CERT, GIT_SSL_KEY and GIT_HTTP_USER_AGENT override them, as in git;
// SSL_CERT_FILE and NIX_SSL_CERT_FILE apply if neither names a file, SSL_CERT_DIR if neither names a directory. Without
// http.proxy, curl's variables apply (http_proxy, https_proxy, all_proxy); no_proxy always does. Certificates are
// verified even if GIT_SSL_NO_VERIFY or http.sslVerify disable it.
#pragma once

#include <memory>

#include "git/config/user_config.h"
#include "net/http/http_settings.h"

namespace eka::git {

std::shared_ptr<const net::HttpSettings> http_settings(const UserConfig& config, const atom::Url& url);

}  // namespace eka::git
