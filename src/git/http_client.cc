#include "git/http_client.h"

#include <cstdlib>
#include <utility>

#include "git/http_transfer.h"

namespace eka::git {
namespace {

// Empty: what libcurl was built with.
std::string certificates_of_environment() {
  for (const char* const name : {"GIT_SSL_CAINFO", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE"}) {
    if (const char* const file = std::getenv(name); file != nullptr && *file != '\0') return file;
  }
  return {};
}

}  // namespace

HttpClient::HttpClient(coro::Executor reactor, HttpLimits limits)
    : limits_(limits),
      certificates_(certificates_of_environment()),
      loop_(std::make_shared<HttpLoop>(std::move(reactor))) {}

HttpClient::~HttpClient() = default;

coro::Task<std::unique_ptr<HttpResponse>> HttpClient::send(HttpRequest request) {
  const auto after_scheme = request.url.find("://");
  std::string host = request.url.substr(0, request.url.find('/', after_scheme + 3));
  HostGate::Pass pass = co_await gate_.enter(std::move(host));
  auto transfer = std::make_unique<HttpTransfer>(loop_, std::move(pass), std::move(request), limits_, certificates_);
  co_await transfer->start();
  std::unique_ptr<HttpResponse> response = std::move(transfer);
  co_return response;
}

}  // namespace eka::git
