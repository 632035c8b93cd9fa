#include "net/http/transfer_error.h"

#include <utility>

#include "base/text.h"

namespace eka::net {
namespace {

bool is_transient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:  // it cannot be told from a name server that did not answer
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

std::string hint_for(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "For a private certificate authority, set SSL_CERT_FILE or GIT_SSL_CAINFO.";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "Check the host's name, and that this machine's name server answers.";
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return "Check http_proxy, https_proxy and all_proxy.";
    case CURLE_COULDNT_CONNECT:
      return "Check the address, and that the server is running and can be reached from here.";
    case CURLE_SSL_CONNECT_ERROR:
      return "Check that the server speaks TLS at this port.";
    case CURLE_OPERATION_TIMEDOUT:
      return "Try again later. net.connect and net.stall say how long a server is waited for.";
    default:
      return is_transient(code) ? "The connection broke: try again." : "";
  }
}

}  // namespace

HttpError proxy_error(long proxy_status, const std::string& host, const std::string& proxy) {
  const std::string name = proxy.empty() ? "a proxy" : "the proxy " + proxy;
  const std::string answered = " (HTTP status " + std::to_string(proxy_status) + ")";
  if (proxy_status == 407 || proxy_status == 401) {  // 401: some say so of a login that is wrong
    Error error(Kind::remote,
                name + " wants a user name and a password of its own before it leads to " + host + answered);
    return HttpError(std::move(error).with_hint("Give them with its URL, in http.proxy or https_proxy: "
                                                "http://user:password@host:port."),
                     0);
  }
  Error error(Kind::remote, name + " does not lead to " + host + answered);
  if (is_transient_status(proxy_status)) {
    std::move(error).retryable().with_hint(
        "It may not reach the host: try again later, or ask whoever runs the proxy.");
  } else {
    std::move(error).with_hint(
        "Ask whoever runs the proxy; or name the host in no_proxy, if it can be reached without.");
  }
  return HttpError(std::move(error), 0);
}

HttpError transfer_error(CURLcode code, const std::string& host, const char* detail, const std::string& proxy) {
  const std::string_view words = *detail != '\0' ? std::string_view(detail) : curl_easy_strerror(code);
  Error error(Kind::remote, "the exchange with " + host + " failed: " + printable(words));
  if (is_transient(code)) std::move(error).retryable();
  std::string hint = hint_for(code);
  if (code == CURLE_COULDNT_CONNECT && !proxy.empty()) {
    hint += " The way goes by the proxy " + proxy + ", unless no_proxy excepts the host.";
  }
  std::move(error).with_hint(std::move(hint));
  return HttpError(std::move(error), 0);
}

}  // namespace eka::net
