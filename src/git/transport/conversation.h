// A channel, cut into what the two sides say in turn. A message of the server's goes to its next flush packet, or, in
// the last turn of protocol v0, to the end of the stream.
//
// Packets are found here only to see where a message ends; what they mean is the reader's affair. A channel that brings
// next to nothing for the time allowed has stalled; time that our own reader lets pass does not count.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "git/transport/channel.h"
#include "git/wire/v0_refs.h"
#include "net/policy/traffic.h"

namespace eka::git {

struct StreamLimits {
  std::chrono::milliseconds connect{20'000};  // for TCP; ssh has its own, and the first words of either:
  std::chrono::milliseconds greeting{60'000};
  std::chrono::milliseconds stall{120'000};
  std::uint64_t slowest = 64;  // bytes a second
};

class Conversation {
 public:
  // `limits` must outlive it.
  Conversation(std::unique_ptr<Channel> channel, const StreamLimits& limits)
      : channel_(std::move(channel)), limits_(limits), buffer_(std::size_t{64} << 10) {}

  // Sends all of `bytes`, which must stay until the task ends.
  coro::Task<> say(std::string_view bytes, net::Traffic* traffic);

  // The next bytes of the message, valid until the next call; empty at its end. Throws when the channel ends before.
  coro::Task<std::string_view> hear(net::Traffic* traffic);
  // The same, but the message goes to the end of the stream, and may end there only.
  coro::Task<std::string_view> hear_to_the_end(net::Traffic* traffic);
  // True when the message has been heard to its end, so that something may be said.
  bool at_end() const { return state_ == State::between; }
  // After the end of a message: the next one begins.
  void next_message() { state_ = State::message; }
  // After the stream has ended where it should not have.
  coro::Task<Error> why_it_ended() { return channel_->why_it_ended(); }
  // Once a first answer has been heard: from here on it is stalling that is watched, not the time to the greeting.
  void greeted() { greeted_ = true; }
  // The channel has ended or broken (a timeout is neither).
  bool is_closed() const { return closed_; }
  // In protocol v0: the list of refs, if it was read by a request that asked for nothing else.
  std::optional<V0Listing> listing;

 private:
  enum class State { between, message };
  coro::Task<std::size_t> read_some(std::span<std::byte> room);
  coro::Task<> write_all(std::string_view bytes);
  coro::Task<> fill(net::Traffic* traffic);
  std::size_t to_flush();

  std::unique_ptr<Channel> channel_;
  const StreamLimits& limits_;
  std::vector<std::byte> buffer_;
  std::string_view unread_;  // of the buffer
  State state_ = State::message;
  bool greeted_ = false;
  bool closed_ = false;

  // Where in a packet the stream is: digits of a length, or bytes still to pass.
  unsigned digits_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t payload_left_ = 0;

  std::chrono::steady_clock::duration waited_{};  // in this window
  std::uint64_t window_bytes_ = 0;
};

}  // namespace eka::git
