#include "git/connector.h"

#include <utility>

#include "git/channel_pool.h"
#include "git/download.h"
#include "git/git_daemon.h"
#include "git/handshakes.h"
#include "git/http_client.h"
#include "git/http_session.h"
#include "git/libgit2.h"
#include "git/local_file.h"
#include "git/local_remote.h"
#include "git/ssh.h"
#include "git/stream_session.h"
#include "git/wire_remote.h"

namespace eka::git {
namespace {

// An ssh is a process, and a host lets in few at a time that have not yet logged in (sshd: MaxStartups 10:30:100).
constexpr ChannelPool::Bounds ssh_bounds{.per_host = {.first = 6, .most = 16}, .at_once = 32, .waiting = 32};
constexpr ChannelPool::Bounds daemon_bounds{.per_host = {.first = 8, .most = 64}, .at_once = 128, .waiting = 64};

}  // namespace

struct Connector::Parts {
  Parts(coro::Executor reactor, coro::Pool& the_pool, HostMemory& memory, Patience the_patience)
      : patience(the_patience),
        pool(the_pool),
        http(std::move(reactor), {.connect = the_patience.connect, .stall = the_patience.stall}),
        handshakes(memory),
        ssh(ssh_program({})),
        daemon(the_pool, the_patience.connect),
        ssh_channels(ssh, stream_limits(the_patience), ssh_bounds),
        daemon_channels(daemon, stream_limits(the_patience), daemon_bounds) {}

  static StreamLimits stream_limits(const Patience& patience) {
    return {.connect = patience.connect, .stall = patience.stall};
  }

  std::unique_ptr<Remote> wire(const atom::Url& url, std::unique_ptr<Session> session) const {
    return std::make_unique<WireRemote>(url, std::move(session), coro::RetryPolicy{.deadline = patience.retry},
                                        coro::Clock::system(), patience.stall * 10);
  }

  Patience patience;
  coro::Pool& pool;
  Libgit2 libgit2;
  HttpClient http;
  Handshakes handshakes;
  SshDialer ssh;
  GitDaemonDialer daemon;
  ChannelPool ssh_channels;
  ChannelPool daemon_channels;
};

Connector::Connector(coro::Executor reactor, coro::Pool& pool, HostMemory& memory, Patience patience)
    : parts_(std::make_unique<Parts>(std::move(reactor), pool, memory, patience)) {}

Connector::~Connector() = default;

std::unique_ptr<Remote> Connector::open(const atom::Url& url) {
  switch (url.scheme()) {
    case atom::Url::Scheme::http:
    case atom::Url::Scheme::https:
      return parts_->wire(url, std::make_unique<HttpSession>(parts_->http, parts_->handshakes, url));
    case atom::Url::Scheme::file:
      return std::make_unique<LocalRemote>(url, parts_->pool);
    case atom::Url::Scheme::ssh:
      return parts_->wire(url, std::make_unique<StreamSession>(parts_->ssh_channels, parts_->handshakes, url));
    case atom::Url::Scheme::git:
      return parts_->wire(url, std::make_unique<StreamSession>(parts_->daemon_channels, parts_->handshakes, url));
  }
  throw Error(Kind::failure, "no transport for " + url.str());
}

coro::Task<> Connector::download(atom::Url url, FileSink& sink, Traffic& traffic) {
  switch (url.scheme()) {
    case atom::Url::Scheme::http:
    case atom::Url::Scheme::https:
      return git::download(parts_->http, std::move(url), sink, traffic);
    case atom::Url::Scheme::file:
      return read_local_file(parts_->pool, std::move(url), sink);
    case atom::Url::Scheme::ssh:
    case atom::Url::Scheme::git:
      break;
  }
  throw Error(Kind::usage, "files are fetched over https and http only, not from " + url.str());
}

}  // namespace eka::git
