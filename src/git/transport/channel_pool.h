// The channels of one kind to all hosts: limits their number and keeps idle ones for reuse.
//
// git-upload-pack in protocol v2 accepts several commands in turn, so a channel whose response has been read to its end
// is kept for the next command to that repository. The number of active channels is limited in total and, adaptively,
// for each host (HostGate). The number of idle channels is limited too; those to an overloaded host are closed.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "coro/task/limiter.h"
#include "git/transport/channel.h"
#include "git/transport/conversation.h"
#include "net/policy/host_gate.h"

namespace eka::git {

class ChannelPool {
 public:
  struct Bounds {
    net::HostGate::Bounds per_host;
    std::size_t at_once = 32;
    std::size_t waiting = 32;
  };
  class Lease;

  // `dialer` must outlive it.
  ChannelPool(Dialer& dialer, StreamLimits limits, Bounds bounds)
      : dialer_(dialer), limits_(limits), bounds_(bounds), gate_(bounds.per_host), turns_(bounds.at_once) {}
  ChannelPool(const ChannelPool&) = delete;
  ChannelPool& operator=(const ChannelPool&) = delete;

  // Which conversation to borrow: an idle one that accepts another command, or an idle one whose list of refs has been
  // read (protocol v0), with a new one as fallback in both cases; or always a new one.
  enum class Want { waiting, listed, new_one };
  // The pool must outlive the lease.
  coro::Task<Lease> borrow(atom::Url url, Want want);

  std::size_t waiting() const { return waiting_.size(); }
  std::size_t limit(const std::string& origin) const { return gate_.limit(origin); }

 private:
  struct Waiting {
    atom::Url url;
    std::unique_ptr<Conversation> conversation;
  };
  std::unique_ptr<Conversation> take_waiting(const atom::Url& url, Want want);
  void keep(const atom::Url& url, std::unique_ptr<Conversation> conversation);
  void hang_up(const std::string& origin);

  Dialer& dialer_;
  StreamLimits limits_;
  Bounds bounds_;
  net::HostGate gate_;
  coro::Limiter turns_;
  std::list<Waiting> waiting_;  // the longest idle first
};

// A conversation and the permission to use it. The destructor closes it unless it was given back.
class ChannelPool::Lease {
 public:
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;

  Conversation& talk() { return *conversation_; }
  // Nothing has been received on it yet: the server's greeting comes first.
  bool is_new() const { return new_; }
  // Call after the last response has been read to its end. `keep`: the channel may be reused.
  void give_back(bool keep);
  // Call after a failure that may mean that the host is overloaded.
  void overloaded();

 private:
  friend class ChannelPool;
  Lease(ChannelPool* pool, atom::Url url, coro::Limiter::Permit permit, net::HostGate::Pass pass)
      : pool_(pool), url_(std::move(url)), permit_(std::move(permit)), pass_(std::move(pass)) {}

  ChannelPool* pool_;
  atom::Url url_;
  coro::Limiter::Permit permit_;
  std::optional<net::HostGate::Pass> pass_;
  std::unique_ptr<Conversation> conversation_;
  bool new_ = false;
};

}  // namespace eka::git
