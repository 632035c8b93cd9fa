#include "net/http/http_settings.h"

#include "base/text.h"

namespace eka::net {

std::vector<std::string> HttpSettings::described() const {
  std::vector<std::string> out;
  if (!proxy_name.empty()) {
    out.push_back("proxy " + proxy_name + ", except for hosts in no_proxy");
  } else if (proxy) {
    out.emplace_back("no proxy");
  }
  if (!ca_file.empty()) out.push_back("CA certificates of " + printable(ca_file));
  if (!ca_path.empty()) out.push_back("CA certificates in " + printable(ca_path));
  if (!certificate.empty()) out.push_back("client certificate " + printable(certificate));
  for (const std::string& header : headers) {
    out.push_back("header " + printable(header.substr(0, header.find(':'))));
  }
  if (http_1) out.emplace_back("HTTP/1.1");
  if (check_unwanted) out.emplace_back("certificate verification, although disabled in the configuration");
  return out;
}

}  // namespace eka::net
