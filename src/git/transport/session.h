// The interface of a transport for protocol v2: obtains the capabilities of a server, and exchanges a command for the
// stream of its response. Implemented by smart HTTP (http_session.h) and channels to a git-upload-pack
// (stream_session.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "coro/task/task.h"
#include "git/wire/capabilities.h"
#include "git/wire/v0_refs.h"
#include "net/policy/host_rest.h"
#include "net/policy/traffic.h"

namespace eka::git {

struct Command {
  std::string body;                // packets, up to and including the final flush
  std::uint64_t answer_limit = 0;  // of the response, decompressed; 0: none
  bool compressible = false;       // the response is text, which is worth compressing; a pack is not
  net::Patience patience = net::Patience::waits;
};

// The response to one command. Destroying it before its end abandons the rest.
class Answer {
 public:
  virtual ~Answer() = default;
  // Returns the next bytes, valid until the next call; empty at the end. The server waits while bytes are not read.
  virtual coro::Task<std::string_view> read() = 0;
};

// A conversation in protocol v0 or v1: the server first lists its refs, up to a flush packet, which read() returns;
// then it responds to one request.
class V0Conversation : public Answer {
 public:
  // The list, if an earlier request has read it; then read() does not return it again.
  virtual const V0Listing* listing() const { return nullptr; }
  // Sends the request; call when the list has been read to its end. From then on read() returns the response.
  virtual coro::Task<> ask(Command request) = 0;
  // Call instead of ask() when the list has been read to its end and nothing is fetched. A later fetch may then use the
  // conversation.
  virtual void keep(V0Listing /*listing*/) {}
};

class Session {
 public:
  virtual ~Session() = default;

  // Whether one connection can carry several commands: depends on the protocol, and on what is known about the server.
  // A command that fails on a connection that has carried another one is repeated by exchange() and its Answer if
  // net::repeat_of() says so; this value is part of its input, and decides whether a connection is kept.
  virtual bool persists_across_requests() const = 0;

  // The capabilities of the server, requested or assumed from what is known about its host; with Certainty::presumed,
  // possibly only what every server supports. Throws NotProtocolV2, and Error if the server cannot be used.
  // `patience`, here and below, applies to busy hosts (host_rest.h).
  enum class Certainty { presumed, known };
  virtual coro::Task<Capabilities> capabilities(Certainty certainty, net::Patience patience) = 0;

  // Sends one command. Adds it and its bytes to `traffic()`. Whether several may run concurrently depends on the
  // transport.
  virtual coro::Task<std::unique_ptr<Answer>> exchange(Command command) = 0;

  // For a server that does not support v2, after capabilities() or exchange() has thrown NotProtocolV2. Counts traffic
  // as they do. For a fetch it may return a conversation that has already listed the refs (V0Conversation::listing()).
  enum class Purpose { list, fetch };
  virtual coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0(Purpose purpose, net::Patience patience) = 0;

  // Whether the host is known, or assumed, to allow fetching objects by id; refuses_ids() records that it does not.
  virtual bool gives_by_id() const { return true; }
  virtual void refuses_ids() {}

  // Call after a command has failed with `failure`. True if the cause may be the state of this session instead of a
  // decision of the server, and that state has been dropped: send the command once more. For example, capabilities were
  // assumed and will now be requested, or a session that does not persist was used before and a new one will be opened.
  // `begun_in` is the value of generation() when the command was started: if several commands fail together, the first
  // one resets the session, and the others only repeat.
  virtual bool start_afresh(const Error& failure, unsigned begun_in) = 0;
  // The number of resets by start_afresh().
  virtual unsigned generation() const = 0;

  net::Traffic& traffic() { return traffic_; }
  // Called for each command that is repeated on a new connection; must count it. Without it the session counts.
  using TellRepeat = std::function<void(net::Repeat)>;
  void tell_repeats(TellRepeat tell) { tell_repeat_ = std::move(tell); }
  const net::Traffic& traffic() const { return traffic_; }

 protected:
  void note_repeat(net::Repeat why) {
    if (tell_repeat_) {
      tell_repeat_(why);
    } else {
      traffic_.count(why);
    }
  }

 private:
  net::Traffic traffic_;
  TellRepeat tell_repeat_;
};

}  // namespace eka::git
