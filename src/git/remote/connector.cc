#include "git/remote/connector.h"

#include <set>
#include <utility>

#include "base/text.h"
#include "git/download/download.h"
#include "git/download/local_file.h"
#include "git/http/http_client.h"
#include "git/libgit2/libgit2.h"
#include "git/login/credentials.h"
#include "git/remote/local_remote.h"
#include "git/remote/wire_remote.h"
#include "git/transport/channel_pool.h"
#include "git/transport/git_daemon.h"
#include "git/transport/handshakes.h"
#include "git/transport/http_session.h"
#include "git/transport/ssh.h"
#include "git/transport/stream_session.h"

namespace eka::git {
namespace {

// An ssh is a process, and a host lets in few at a time that have not yet logged in (sshd: MaxStartups 10:30:100).
constexpr ChannelPool::Bounds ssh_bounds{.per_host = {.first = 6, .most = 16}, .at_once = 32, .waiting = 32};
constexpr ChannelPool::Bounds daemon_bounds{.per_host = {.first = 32, .most = 64}, .at_once = 128, .waiting = 64};

}  // namespace

struct Connector::Parts {
  Parts(coro::Executor reactor, coro::Pool& the_pool, HostMemory& memory, Patience the_patience, UserConfig the_config,
        Tell the_tell)
      : patience(the_patience),
        pool(the_pool),
        config(std::move(the_config)),
        tell(std::move(the_tell)),
        http(std::move(reactor), {.connect = the_patience.connect, .stall = the_patience.stall}),
        handshakes(memory),
        credentials(the_pool, config),
        ssh(ssh_program(config.value("core.sshcommand").value_or(""))),
        daemon(the_pool, the_patience.connect),
        ssh_channels(ssh, stream_limits(the_patience), ssh_bounds),
        daemon_channels(daemon, stream_limits(the_patience), daemon_bounds) {}

  static StreamLimits stream_limits(const Patience& patience) {
    return {.connect = patience.connect, .stall = patience.stall};
  }

  std::unique_ptr<Remote> wire(const atom::Url& url, std::unique_ptr<Session> session) const {
    return std::make_unique<WireRemote>(url, std::move(session), request_policy(patience), coro::Clock::system(),
                                        patience.stall * 10, tell);
  }

  Patience patience;
  void tell_once(std::string text) {
    if (tell && told.insert(text).second) tell(text);
  }
  void tell_of(const atom::Url& url, const atom::Url& where);

  coro::Pool& pool;
  UserConfig config;
  Tell tell;
  std::set<std::string> told;
  Libgit2 libgit2;
  HttpClient http;
  Handshakes handshakes;
  Credentials credentials;
  SshDialer ssh;
  GitDaemonDialer daemon;
  ChannelPool ssh_channels;
  ChannelPool daemon_channels;
};

// What of the user's configuration applies.
void Connector::Parts::tell_of(const atom::Url& url, const atom::Url& where) {
  if (where != url) tell_once(url.str() + " is reached at " + where.str());
  if (where.scheme() == atom::Url::Scheme::ssh && ssh.program().command != "ssh") {
    tell_once("ssh is " + printable(ssh.program().command));
  }
  if (where.scheme() != atom::Url::Scheme::https && where.scheme() != atom::Url::Scheme::http) return;
  for (const std::string& each : HttpSettings::of(config, where)->described()) {
    tell_once(where.origin() + " is reached with " + each);
  }
}

Connector::Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, Patience patience, UserConfig config,
                     Tell tell)
    : parts_(std::make_unique<Parts>(std::move(reactor), pool, memory, patience, std::move(config), std::move(tell))) {}

Connector::~Connector() = default;

std::unique_ptr<Remote> Connector::open(const atom::Url& url) {
  const atom::Url where = parts_->config.rewritten(url);
  parts_->tell_of(url, where);
  switch (where.scheme()) {
    case atom::Url::Scheme::http:
    case atom::Url::Scheme::https:
      return parts_->wire(
          url, std::make_unique<HttpSession>(
                   HttpSession::Shared{parts_->http, parts_->handshakes, parts_->credentials, parts_->config}, where));
    case atom::Url::Scheme::file:
      return std::make_unique<LocalRemote>(where, parts_->pool);
    case atom::Url::Scheme::ssh:
      return parts_->wire(url, std::make_unique<StreamSession>(parts_->ssh_channels, parts_->handshakes, where));
    case atom::Url::Scheme::git:
      return parts_->wire(url, std::make_unique<StreamSession>(parts_->daemon_channels, parts_->handshakes, where));
  }
  throw Error(Kind::failure, "no transport for " + url.str());
}

coro::Task<> Connector::download(atom::Url url, FileSink& sink, Traffic& traffic) {
  const atom::Url where = parts_->config.rewritten(url);
  parts_->tell_of(url, where);
  switch (where.scheme()) {
    case atom::Url::Scheme::http:
    case atom::Url::Scheme::https:
      return git::download({parts_->http, parts_->credentials, parts_->config}, where, sink, traffic, {},
                           request_policy(parts_->patience), coro::Clock::system(), parts_->tell);
    case atom::Url::Scheme::file:
      return read_local_file(parts_->pool, where, sink);
    case atom::Url::Scheme::ssh:
    case atom::Url::Scheme::git:
      break;
  }
  throw Error(Kind::usage, "files are fetched over https and http only, not from " + where.str());
}

}  // namespace eka::git
