// Smart HTTP: GET <repository>/info/refs for the handshake, POST <repository>/git-upload-pack for each command (in v0
// the GET lists the refs and the POST fetches). The server keeps no state between requests, so any request may use any
// connection.
//
// A host that is known to support v2 receives its first command without a handshake. If that fails in a way that a
// wrong assumption could cause, start_afresh() makes the session perform the handshake, once. The handshake of an
// unknown host is not awaited either: all remotes presume what every server supports and send their first command
// immediately; one of them performs the handshake in parallel. Both are limited to what Handshakes allow
// (may_skip_handshake): any other URL receives only GET requests until it has responded as a git repository.
//
// Redirects are followed in the handshake only, at most five, from http to http or https and from https to https, and
// change the base URL of this remote permanently. Secrets (user and password of the URL, logins found for it,
// configured headers) are sent only to the origin (scheme, host and port) of the given URL. A command is never
// redirected: its body would be sent to an unknown host.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "atom/names/url.h"
#include "coro/run/pool.h"
#include "git/transport/handshakes.h"
#include "git/transport/session.h"
#include "git/transport/transport.h"
#include "net/http/http_client.h"
#include "net/login/credentials.h"

namespace eka::git {

class HttpSession final : public Session, private net::HttpObserver {
 public:
  // Shared by all sessions; must outlive them.
  struct Shared {
    net::HttpClient& client;
    Handshakes& handshakes;
    net::Credentials& credentials;
    const UserConfig& config;
    coro::Pool& pool;
  };
  HttpSession(const Shared& shared, const atom::Url& url);

  bool persists_across_requests() const override { return handshakes_.persists(origin()); }
  coro::Task<Capabilities> capabilities(Certainty certainty, net::Patience patience) override;
  coro::Task<std::unique_ptr<Answer>> exchange(Command command) override;
  coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0(Purpose purpose, net::Patience patience) override;
  bool gives_by_id() const override { return handshakes_.gives_by_id(origin()); }
  void refuses_ids() override { handshakes_.refuses_ids(origin()); }
  bool start_afresh(const Error& failure, unsigned begun_in) override;
  unsigned generation() const override { return doubted_ ? 1 : 0; }

 private:
  class Body;
  void connected() override { ++traffic().connections; }
  void reused() override { handshakes_.reuse_worked(origin()); }
  void repeated(net::Repeat why) override;
  void keeps_open(bool open) override { handshakes_.keeps_open(origin(), open); }
  class V0Talk;
  coro::Task<Capabilities> handshake(net::Patience patience);
  coro::Task<> shake_hands(Handshakes::Turn* turn, net::Patience patience);
  coro::Task<> try_shake_hands(Handshakes::Turn* turn, net::Patience patience, std::exception_ptr* failure);
  coro::Task<> try_post(Command command, std::unique_ptr<Body>* body, std::exception_ptr* failure);
  coro::Task<std::unique_ptr<Body>> post_beside_handshake(Command command, Handshakes::Turn turn);
  coro::Task<std::unique_ptr<Body>> send(net::HttpRequest request, std::uint64_t net::Traffic::* counter);
  bool is_moved() const { return origin() != url_.origin(); }
  coro::Task<std::unique_ptr<Body>> discover(bool v2, net::Patience patience);
  coro::Task<std::unique_ptr<Body>> post(Command command, bool v2);
  void follow(const std::string& from, const std::string& location);
  net::HttpRequest request(std::string path, bool v2);
  atom::Url place() const;  // the current URL of the repository
  std::string origin() const;

  net::HttpClient& client_;
  Handshakes& handshakes_;
  net::Credentials& credentials_;
  const UserConfig& config_;
  coro::Pool& pool_;
  atom::Url url_;                                      // as given: its origin is the scope of its secret
  std::string base_;                                   // the current URL, without secrets; changed by redirects
  std::shared_ptr<const net::HttpSettings> settings_;  // for base_
  std::optional<Capabilities> capabilities_;
  bool shakes_hands_beside_ = false;  // in parallel with the next command, if the turn is free
  bool assumed_ = false;
  bool doubted_ = false;
};

// http:// and https://.
std::unique_ptr<Transport> http_transport(const TransportContext& context);

}  // namespace eka::git
