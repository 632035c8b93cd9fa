#include "net/http/transfer_error.h"

#include <utility>

#include "base/text.h"

namespace eka::net {
namespace {

bool is_transient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:  // cannot be distinguished from a name server that did not respond
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_AGAIN:
    case CURLE_SEND_FAIL_REWIND:
      return true;
    default:
      return false;
  }
}

bool prevents_connection(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default:
      return false;
  }
}

std::string hint_for(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "for a private certificate authority, set SSL_CERT_FILE or GIT_SSL_CAINFO";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "check the host name and the DNS configuration of this machine";
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return "check http_proxy, https_proxy and all_proxy";
    case CURLE_COULDNT_CONNECT:
      return "check the address, and that the server is running and reachable";
    case CURLE_SSL_CONNECT_ERROR:
      return "check that the server supports TLS on this port";
    case CURLE_OPERATION_TIMEDOUT:
      return "try again later; timeouts are configured by net.connect and net.stall";
    default:
      return is_transient(code) ? "the connection was lost: try again" : "";
  }
}

}  // namespace

HttpError proxy_error(long proxy_status, const std::string& host, const std::string& proxy) {
  const std::string name = "proxy" + (proxy.empty() ? "" : " " + proxy);
  const std::string answered = " (HTTP status " + std::to_string(proxy_status) + ")";
  if (proxy_status == 407 || proxy_status == 401) {  // some respond with 401 to a wrong password
    Error error(Kind::remote, name + ": authentication required to connect to " + host + answered);
    return HttpError(
        std::move(error).with_hint("add user name and password to the URL of the proxy in http.proxy or https_proxy: "
                                   "http://user:password@host:port"),
        0, {}, true);
  }
  Error error(Kind::remote, name + ": connecting to " + host + " failed" + answered);
  return HttpError(
      is_transient_status(proxy_status)
          ? std::move(error).retryable().with_hint(
                "the proxy may not be able to reach the host: try again later, or contact its operator")
          : std::move(error).with_hint(
                "contact the operator of the proxy, or add the host to no_proxy if it is reachable without a proxy"),
      0, {}, true);
}

HttpError transfer_error(CURLcode code, const std::string& host, const char* detail, const std::string& proxy) {
  const std::string_view words = *detail != '\0' ? std::string_view(detail) : curl_easy_strerror(code);
  std::string hint = hint_for(code);
  if (code == CURLE_COULDNT_CONNECT && !proxy.empty()) {
    hint += "; the proxy " + proxy + " is used unless no_proxy contains the host";
  }
  Error error = Error(Kind::remote, "request to " + host + " failed: " + printable(words)).with_hint(std::move(hint));
  return HttpError(is_transient(code) ? std::move(error).retryable() : std::move(error), 0, {},
                   prevents_connection(code));
}

}  // namespace eka::net
