#include "git/config/http_settings.h"

#include <cstdlib>

#include "git/config/user_path.h"
#include "git/libgit2/version.h"

namespace eka::git {
namespace {

std::string first_of(std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

// The variables that curl reads. HTTP_PROXY is not one: in a CGI program a client can set it with the header "Proxy:".
std::string proxy_of_environment(atom::Url::Scheme scheme) {
  if (scheme == atom::Url::Scheme::http) return first_of({"http_proxy", "all_proxy", "ALL_PROXY"});
  return first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
}

// libcurl would send a user without a password as a login with an empty one, with each request.
std::string without_incomplete_login(const std::string& proxy) {
  const auto scheme = proxy.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = proxy.rfind('@');
  if (at == std::string::npos || at < begin) return proxy;
  const auto colon = proxy.find(':', begin);
  if (colon < at && colon + 1 != at) return proxy;
  return proxy.substr(0, begin) + proxy.substr(at + 1);
}

bool is_false(const std::string& text) {
  return text == "false" || text == "no" || text == "off" || text == "0";
}

}  // namespace

std::shared_ptr<const net::HttpSettings> http_settings(const UserConfig& config, const atom::Url& url) {
  const auto path = [&](const char* variable, const char* key) {
    std::string value = first_of({variable});
    return value.empty() ? expanded_path(config.value_for("http", key, url).value_or("")).value_or("") : value;
  };
  net::HttpSettings out;
  out.proxy = config.value_for("http", "proxy", url);
  const std::string proxy = out.proxy ? *out.proxy : proxy_of_environment(url.scheme());
  const std::string usable = without_incomplete_login(proxy);
  if (usable != proxy) out.proxy = usable;
  out.proxy_name = atom::redacted(proxy);
  out.ca_file = path("GIT_SSL_CAINFO", "sslcainfo");
  if (out.ca_file.empty()) out.ca_file = first_of({"SSL_CERT_FILE", "NIX_SSL_CERT_FILE"});
  out.ca_path = path("GIT_SSL_CAPATH", "sslcapath");
  if (out.ca_path.empty()) out.ca_path = first_of({"SSL_CERT_DIR"});
  out.certificate = path("GIT_SSL_CERT", "sslcert");
  out.key = path("GIT_SSL_KEY", "sslkey");
  out.user_agent = first_of({"GIT_HTTP_USER_AGENT"});
  if (out.user_agent.empty()) out.user_agent = config.value_for("http", "useragent", url).value_or("");
  if (out.user_agent.empty()) out.user_agent = first_of({"GIT_USER_AGENT"});
  if (out.user_agent.empty()) out.user_agent = http_user_agent;
  out.http_1 = config.value_for("http", "version", url) == "HTTP/1.1";
  out.check_unwanted =
      !first_of({"GIT_SSL_NO_VERIFY"}).empty() || is_false(config.value_for("http", "sslverify", url).value_or(""));
  out.headers = config.values_for("http", "extraheader", url);
  return std::make_shared<const net::HttpSettings>(std::move(out));
}

}  // namespace eka::git
