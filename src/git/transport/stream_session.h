// git-upload-pack over a channel (ssh, git://), protocol v2: the server sends a greeting, then responds to one command
// after another.
//
// A host that is known to support v2 receives the first command immediately, before its greeting arrives. The greeting
// is still read: if it differs from the assumption, that is remembered, and a command that failed is repeated. This
// requires permission by Handshakes (may_skip_handshake); otherwise the greeting is awaited.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "atom/names/url.h"
#include "git/transport/channel_pool.h"
#include "git/transport/handshakes.h"
#include "git/transport/session.h"
#include "git/transport/transport.h"

namespace eka::git {

class StreamSession final : public Session {
 public:
  // `channels` and `handshakes` must outlive it.
  StreamSession(ChannelPool& channels, Handshakes& handshakes, const atom::Url& url)
      : channels_(channels), handshakes_(handshakes), url_(url) {}

  // False in protocol v0, whose servers respond to one request and close; and if the host is known to close
  // connections.
  bool persists_across_requests() const override;
  coro::Task<Capabilities> capabilities(Certainty certainty, net::Patience patience) override;
  coro::Task<std::unique_ptr<Answer>> exchange(Command command) override;
  coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0(Purpose purpose, net::Patience patience) override;
  bool gives_by_id() const override { return handshakes_.gives_by_id(url_.origin()); }
  void refuses_ids() override { handshakes_.refuses_ids(url_.origin()); }
  bool start_afresh(const Error& failure, unsigned begun_in) override;
  unsigned generation() const override { return generation_; }

 private:
  class Heard;
  class V0Talk;
  coro::Task<Capabilities> greeting(ChannelPool::Lease* lease);
  coro::Task<> hear_greeting(ChannelPool::Lease* lease);
  coro::Task<ChannelPool::Lease> borrow(ChannelPool::Want want);
  net::Repeat repeat_of(ChannelPool::Lease& lease, bool answered, bool repeated) const;

  ChannelPool& channels_;
  Handshakes& handshakes_;
  atom::Url url_;
  std::optional<Capabilities> capabilities_;
  bool was_wrong_ = false;  // the assumption in this generation
  unsigned generation_ = 0;
};

// A transport with such channels. `described` is returned by Transport::described() for every URL.
std::unique_ptr<Transport> stream_transport(const TransportContext& context, std::unique_ptr<Dialer> dialer,
                                            const ChannelPool::Bounds& bounds, std::vector<std::string> described = {});

}  // namespace eka::git
