// What a transport is to protocol v2: a way to learn a server's capabilities, and to exchange one command for the
// stream of its answer. Smart HTTP is one (http_session.h), a channel to a git-upload-pack another (stream_session.h).
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
#include "net/policy/traffic.h"

namespace eka::git {

struct Command {
  std::string body;                // packets, to their final flush
  std::uint64_t answer_limit = 0;  // of the answer, decompressed; 0: none
  bool compressible = false;       // text, which a transport may have compressed; a pack is not worth it
};

// The answer to one command. Destroying it before its end abandons the rest.
class Answer {
 public:
  virtual ~Answer() = default;
  // The next bytes, valid until the next call; empty at the end. What is not read makes the server wait.
  virtual coro::Task<std::string_view> read() = 0;
};

// One conversation in protocol v0 or v1: first the server lists its refs, to a flush packet, which read() gives; then
// it answers one request.
class V0Conversation : public Answer {
 public:
  // The list, if an earlier request has read it; read() does not return it again then.
  virtual const V0Listing* listing() const { return nullptr; }
  // Once the list has been read to its end. From here on read() gives the answer.
  virtual coro::Task<> ask(Command request) = 0;
  // Instead of ask(): the list has been read to its end and nothing is asked. A later fetch may use the conversation.
  virtual void keep(V0Listing /*listing*/) {}
};

class Session {
 public:
  virtual ~Session() = default;

  // Whether one connection can carry several commands: depends on the protocol, and on what is known of the server. A
  // command that fails on a connection that has carried another one is sent again within exchange() and its answer if
  // net::repeat_of() says so; this is part of its input, and decides whether a connection is kept.
  virtual bool persists_across_requests() const = 0;

  // What the server can do, asked for or assumed from what is known of its host; with Certainty::presumed, perhaps no
  // more than what all can do. Throws NotProtocolV2, and Error for a server that is of no use to us.
  enum class Certainty { presumed, known };
  virtual coro::Task<Capabilities> capabilities(Certainty certainty) = 0;

  // Sends one command. Counts it, and its bytes, in `traffic()`. One at a time, or many: as the transport can.
  virtual coro::Task<std::unique_ptr<Answer>> exchange(Command command) = 0;

  // For a server that does not speak v2, once capabilities() or exchange() has thrown NotProtocolV2. Counts as they do.
  // For a fetch it may be a conversation that has been used to list the refs (V0Conversation::listing()).
  enum class Purpose { list, fetch };
  virtual coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0(Purpose purpose) = 0;

  // Whether the host serves objects by id, as far as is known; and records that it does not.
  virtual bool gives_by_id() const { return true; }
  virtual void refuses_ids() {}

  // A command has failed so. True when the cause may be this session's state rather than the server's verdict, and that
  // state has been dropped: send the command once more. It may be that capabilities were assumed or presumed, and will
  // now be asked for, or that a kind of session that does not persist had been used before, and a fresh one will be
  // opened. `begun_in` is what generation() was when the command was begun: of several commands that fail together, the
  // first makes the session start afresh, and the others just follow.
  virtual bool start_afresh(const Error& failure, unsigned begun_in) = 0;
  // How often it has started afresh.
  virtual unsigned generation() const = 0;

  net::Traffic& traffic() { return traffic_; }
  // Called for each command that is sent again on a new connection; must count it. Without it the session counts.
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
