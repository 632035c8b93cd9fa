// What a transport is to protocol v2: a way to learn a server's capabilities, and to exchange one command for the
// stream of its answer. Smart HTTP is one (http_session.h), a channel to a git-upload-pack another (stream_session.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "coro/task/task.h"
#include "git/wire/capabilities.h"
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
  // Once the list has been read to its end. From here on read() gives the answer.
  virtual coro::Task<> ask(Command request) = 0;
};

class Session {
 public:
  virtual ~Session() = default;

  // Whether one session can carry many commands, so that a failure of a later one is a real failure (engine law 5).
  virtual bool persists_across_requests() const = 0;

  // What the server can do, asked for or assumed from what is known of its host; with Certainty::presumed, perhaps no
  // more than what all can do. Throws NotProtocolV2, and Error for a server that is of no use to us.
  enum class Certainty { presumed, known };
  virtual coro::Task<Capabilities> capabilities(Certainty certainty) = 0;

  // Sends one command. Counts it, and its bytes, in `traffic()`. One at a time, or many: as the transport can.
  virtual coro::Task<std::unique_ptr<Answer>> exchange(Command command) = 0;

  // For a server that does not speak v2, once capabilities() or exchange() has thrown NotProtocolV2. Counts as they do.
  virtual coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0() = 0;

  // Whether the host gives objects by their id to who asks, as far as is known; and that it does not.
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
  const net::Traffic& traffic() const { return traffic_; }

 private:
  net::Traffic traffic_;
};

}  // namespace eka::git
