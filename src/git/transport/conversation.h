// Splits a channel into messages that the two sides send in turn. A message from the server ends at the next flush
// packet or, in the last turn of protocol v0, at the end of the stream.
//
// Packets are parsed here only to find the end of a message; the reader interprets them. A channel that receives almost
// nothing in the allowed time has stalled; time spent waiting for our own reader does not count.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/transport/channel.h"
#include "git/wire/v0_refs.h"
#include "net/policy/traffic.h"

namespace eka::git {

struct StreamLimits {
  std::chrono::milliseconds connect{20'000};   // for TCP; ssh has its own
  std::chrono::milliseconds greeting{60'000};  // for the first message of the server
  std::chrono::milliseconds stall{120'000};
  std::uint64_t slowest = 64;  // bytes per second
};

class Conversation {
 public:
  // `limits` must outlive it.
  Conversation(std::unique_ptr<Channel> channel, const StreamLimits& limits)
      : channel_(std::move(channel)), limits_(limits), buffer_(std::size_t{64} << 10) {}

  // Sends all of `bytes`, which must stay valid until the task ends.
  coro::Task<> say(std::string_view bytes, net::Traffic* traffic);

  // The next bytes of the message, valid until the next call; empty at its end. Throws if the channel ends before, and
  // if the first bytes are not a packet that git-upload-pack sends first (Channel::not_git).
  coro::Task<std::string_view> hear(net::Traffic* traffic);
  // The same for a message that ends with the stream.
  coro::Task<std::string_view> hear_to_the_end(net::Traffic* traffic);
  // True if the message has been read to its end, so that the client may send.
  bool at_end() const { return state_ == State::between; }
  // Call after the end of a message, to start reading the next one.
  void next_message() { state_ = State::message; }
  // Call after the stream has ended unexpectedly.
  coro::Task<Error> why_it_ended() { return channel_->why_it_ended(); }
  // Call after the first response: from then on the limit for stalls applies instead of that for the greeting.
  void greeted() { greeted_ = true; }
  // The channel has ended or failed (a timeout is neither).
  bool is_closed() const { return closed_; }
  // In protocol v0: the list of refs, if it was read by a request that fetched nothing.
  std::optional<V0Listing> listing;

 private:
  enum class State { between, message };
  coro::Task<std::size_t> read_some(std::span<std::byte> room);
  coro::Task<> write_all(std::string_view bytes);
  coro::Task<> fill(net::Traffic* traffic);
  void check_first_words();
  std::size_t to_flush();

  std::unique_ptr<Channel> channel_;
  const StreamLimits& limits_;
  std::vector<std::byte> buffer_;
  std::string_view unread_;  // of the buffer
  std::string first_words_;  // the first five bytes of the channel, as they arrive
  State state_ = State::message;
  bool greeted_ = false;
  bool closed_ = false;

  // The position in a packet: digits of its length, or bytes of payload left.
  unsigned digits_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t payload_left_ = 0;

  std::chrono::steady_clock::duration waited_{};  // in the current window
  std::uint64_t window_bytes_ = 0;
};

}  // namespace eka::git
