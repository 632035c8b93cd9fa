#include "git/connector.h"

#include <utility>

#include "git/handshakes.h"
#include "git/http_client.h"
#include "git/http_session.h"
#include "git/libgit2.h"
#include "git/local_remote.h"
#include "git/v2_remote.h"

namespace eka::git {

struct Connector::Parts {
  Parts(coro::Executor reactor, coro::Pool& the_pool, HostMemory& memory)
      : pool(the_pool), http(std::move(reactor)), handshakes(memory) {}

  coro::Pool& pool;
  Libgit2 libgit2;
  HttpClient http;
  Handshakes handshakes;
};

Connector::Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory)
    : parts_(std::make_unique<Parts>(std::move(reactor), pool, memory)) {}

Connector::~Connector() = default;

std::unique_ptr<Remote> Connector::open(const atom::Url& url) {
  switch (url.scheme()) {
    case atom::Url::Scheme::http:
    case atom::Url::Scheme::https:
      return std::make_unique<V2Remote>(url, std::make_unique<HttpSession>(parts_->http, parts_->handshakes, url));
    case atom::Url::Scheme::file:
      return std::make_unique<LocalRemote>(url, parts_->pool);
    case atom::Url::Scheme::ssh:
    case atom::Url::Scheme::git:
      break;
  }
  throw Error(Kind::usage, "the " + std::string(atom::scheme_name(url.scheme())) +
                               " transport is not supported yet, and " + url.str() + " needs it")
      .with_hint("Many servers offer the same repository over https.");
}

}  // namespace eka::git
