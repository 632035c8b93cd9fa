#include "net/http/http_settings.h"

#include "base/text.h"

namespace eka::net {

std::vector<std::string> HttpSettings::described() const {
  std::vector<std::string> out;
  if (!proxy_name.empty()) {
    out.push_back("the proxy " + proxy_name + ", but for what no_proxy excepts");
  } else if (proxy) {
    out.emplace_back("no proxy");
  }
  if (!ca_file.empty()) out.push_back("the authorities of " + printable(ca_file));
  if (!ca_path.empty()) out.push_back("the authorities in " + printable(ca_path));
  if (!certificate.empty()) out.push_back("the client certificate " + printable(certificate));
  for (const std::string& header : headers) {
    out.push_back("a header " + printable(header.substr(0, header.find(':'))));
  }
  if (check_unwanted) out.emplace_back("certificates checked, although the configuration would not");
  return out;
}

}  // namespace eka::net
