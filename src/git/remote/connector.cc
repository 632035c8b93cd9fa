#include "git/remote/connector.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "git/config/credential_helper.h"
#include "git/config/http_settings.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/local_remote.h"
#include "git/remote/wire_remote.h"
#include "git/transport/git_daemon.h"
#include "git/transport/handshakes.h"
#include "git/transport/http_session.h"
#include "git/transport/ssh.h"
#include "git/transport/transport.h"
#include "net/download/download.h"
#include "net/download/local_file.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"

namespace eka::git {
namespace {

using Scheme = atom::Url::Scheme;

// The transport for each URL scheme.
struct TransportRow {
  Scheme scheme;
  TransportFactory make;
};
constexpr std::array transport_table = {
    TransportRow{Scheme::https, http_transport},
    TransportRow{Scheme::http, http_transport},
    TransportRow{Scheme::ssh, ssh_transport},
    TransportRow{Scheme::git, git_daemon_transport},
};

}  // namespace

struct Connector::Parts {
  Parts(coro::Executor reactor, coro::Pool& the_pool, HostMemory& memory, net::Timeouts the_timeouts,
        UserConfig the_config, Tell the_tell, TellWait tell_wait, net::TellRetry the_tell_retry)
      : timeouts(the_timeouts),
        pool(the_pool),
        config(std::move(the_config)),
        tell(std::move(the_tell)),
        tell_retry(std::move(the_tell_retry)),
        http(std::move(reactor),
             {.connect = the_timeouts.connect, .stall = the_timeouts.stall, .longest_rest = the_timeouts.retry},
             coro::Clock::system(), std::move(tell_wait)),
        handshakes(memory),
        login_helper(config),
        credentials(the_pool, login_helper) {}

  Transport& transport_of(const atom::Url& url);
  void tell_once(std::string text) {
    if (tell && told.insert(text).second) tell(text);
  }
  void tell_of(const atom::Url& url, const atom::Url& where);

  net::Timeouts timeouts;
  coro::Pool& pool;
  UserConfig config;
  Tell tell;
  net::TellRetry tell_retry;
  std::set<std::string> told;
  Libgit2 libgit2;
  net::HttpClient http;
  Handshakes handshakes;
  CredentialHelper login_helper;
  net::Credentials credentials;
  std::map<TransportFactory, std::unique_ptr<Transport>> transports;
};

// Created on first use. Schemes with the same factory share the transport.
Transport& Connector::Parts::transport_of(const atom::Url& url) {
  const auto* const row = std::ranges::find(transport_table, url.scheme(), &TransportRow::scheme);
  if (row == transport_table.end()) throw Error(Kind::usage, "no transport for " + url.str());
  auto& transport = transports[row->make];
  if (!transport) transport = row->make({pool, config, timeouts, http, credentials, handshakes});
  return *transport;
}

// Reports which parts of the user's configuration apply.
void Connector::Parts::tell_of(const atom::Url& url, const atom::Url& where) {
  if (where != url) tell_once(url.str() + " is rewritten to " + where.str());
  if (where.is_local()) return;
  for (const std::string& each : transport_of(where).described(where)) {
    tell_once(where.origin() + " uses " + each);
  }
}

Connector::Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, net::Timeouts timeouts,
                     UserConfig config, Tell tell, TellWait tell_wait, net::TellRetry tell_retry)
    : parts_(std::make_unique<Parts>(std::move(reactor), pool, memory, timeouts, std::move(config), std::move(tell),
                                     std::move(tell_wait), std::move(tell_retry))) {}

Connector::~Connector() = default;

atom::Url Connector::reached_at(const atom::Url& url) const {
  return parts_->config.rewritten(url);
}

std::unique_ptr<Remote> Connector::open(const atom::Url& url) {
  const atom::Url where = unwrap(parts_->config.rewritten(unwrap(url.for_repository())).for_repository());
  parts_->tell_of(url, where);
  if (where.is_local()) return std::make_unique<LocalRemote>(where, parts_->pool);
  return std::make_unique<WireRemote>(url, parts_->transport_of(where).open(where),
                                      net::request_policy(parts_->timeouts), coro::Clock::system(),
                                      parts_->timeouts.stall * 10, parts_->tell_retry);
}

void Connector::named_by_user(const atom::Url& url) {
  parts_->handshakes.named_by_user(parts_->config.rewritten(url));
}

coro::Task<std::vector<PushOutcome>> Connector::push(std::filesystem::path directory, atom::Url url,
                                                     std::vector<PushedRef> refs) {
  return git::push(std::move(directory), std::move(url), std::move(refs));
}

coro::Task<> Connector::download(atom::Url url, net::FileSink& sink, net::Traffic& traffic) {
  const atom::Url where = parts_->config.rewritten(url);
  parts_->tell_of(url, where);
  const net::DownloadShared shared{parts_->http, parts_->credentials, [&config = parts_->config](const atom::Url& at) {
                                     return http_settings(config, at);
                                   }};
  switch (where.scheme()) {
    case Scheme::http:
    case Scheme::https:
      return net::download(shared, where, sink, traffic, {}, net::request_policy(parts_->timeouts),
                           coro::Clock::system(), parts_->tell_retry);
    case Scheme::file:
      return net::read_local_file(parts_->pool, where, sink);
    case Scheme::ssh:
    case Scheme::git:
      break;
  }
  throw Error(Kind::usage, "cannot fetch files over this protocol, only over https and http: " + where.str());
}

}  // namespace eka::git
