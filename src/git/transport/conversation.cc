#include "git/transport/conversation.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "coro/task/timeout.h"
#include "git/wire/pkt_line.h"

namespace eka::git {
namespace {

Error stalled(std::chrono::milliseconds limit) {
  return Error(Kind::remote, "the server sent almost no data for " +
                                 std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count()) + " s")
      .retryable();
}

}  // namespace

coro::Task<std::size_t> Conversation::read_some(std::span<std::byte> room) {
  try {
    co_return co_await channel_->read(room);
  } catch (const Error&) {
    closed_ = true;
    throw;
  }
}

coro::Task<> Conversation::write_all(std::string_view bytes) {
  try {
    co_await channel_->write(bytes);
  } catch (const Error&) {
    closed_ = true;
    throw;
  }
}

coro::Task<> Conversation::say(std::string_view bytes, net::Traffic* traffic) {
  Error too_slow = stalled(limits_.stall);
  co_await coro::timeout(limits_.stall, write_all(bytes), std::move(too_slow));
  traffic->bytes_sent += bytes.size();
}

coro::Task<> Conversation::fill(net::Traffic* traffic) {
  const auto limit = greeted_ ? limits_.stall : limits_.greeting;
  Error too_slow = stalled(limit);
  const std::span<std::byte> room(buffer_);
  const auto began = std::chrono::steady_clock::now();
  const std::size_t got = co_await coro::timeout(limit, read_some(room), std::move(too_slow));
  waited_ += std::chrono::steady_clock::now() - began;
  traffic->bytes_received += got;
  window_bytes_ += got;
  unread_ = {reinterpret_cast<const char*>(buffer_.data()), got};
  if (waited_ < limit) co_return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(waited_).count();
  if (window_bytes_ < limits_.slowest * static_cast<std::uint64_t>(seconds)) throw stalled(limit);
  waited_ = {};
  window_bytes_ = 0;
}

// Returns how much of `unread_` belongs to the current message; sets the state at its end. An invalid length is left to
// the reader, which reports it: the message then does not end here.
std::size_t Conversation::to_flush() {
  std::size_t at = 0;
  while (at < unread_.size()) {
    if (payload_left_ != 0) {
      const auto passed = std::min<std::size_t>(payload_left_, unread_.size() - at);
      payload_left_ -= static_cast<std::uint32_t>(passed);
      at += passed;
      continue;
    }
    length_ = length_ * 16 + static_cast<std::uint32_t>(std::max(hex_value(unread_[at++]), 0));
    if (++digits_ < 4) continue;
    digits_ = 0;
    const std::uint32_t length = std::exchange(length_, 0);
    if (length == 0) {
      state_ = State::between;
      return at;
    }
    payload_left_ = length > 4 ? length - 4 : 0;
  }
  return at;
}

// The first packet is the version, an error or, in protocol v0, a ref: its length, in lower case, and "v", "E" or a
// digit of an id. Anything else is text that the server printed: a banner of a login shell, or of another service.
void Conversation::check_first_words() {
  constexpr std::size_t digits = 4;
  constexpr std::size_t longest_text = 200;
  constexpr std::string_view hex = "0123456789abcdef";
  for (std::size_t at = 0; at < unread_.size() && first_words_.size() <= digits; ++at) {
    const bool is_start = first_words_.size() == digits;
    // An old server without refs sends only "0000".
    const bool ended = is_start && first_words_ == "0000";
    const bool starts = is_start && !ended && (unread_[at] == 'v' || unread_[at] == 'E');
    if (!starts && (ended || hex.find(unread_[at]) == std::string_view::npos)) {
      std::string words = first_words_.substr(0, first_words_.size() - std::min(at, first_words_.size()));
      words += unread_.substr(0, longest_text);
      words.erase(0, std::min(words.find_first_not_of("\r\n"), words.size()));
      words.resize(std::min(words.find_first_of("\r\n"), words.size()));
      throw channel_->not_git(printable(words, longest_text));
    }
    first_words_ += unread_[at];
  }
  if (first_words_ == "0000") first_words_ += '.';
}

coro::Task<std::string_view> Conversation::hear(net::Traffic* traffic) {
  if (state_ == State::between) co_return std::string_view();
  if (unread_.empty()) co_await fill(traffic);
  if (unread_.empty()) {
    closed_ = true;
    Error why = co_await channel_->why_it_ended();
    throw why;
  }
  if (first_words_.size() <= 4) check_first_words();
  const std::string_view bytes = unread_.substr(0, to_flush());
  unread_.remove_prefix(bytes.size());
  co_return bytes;
}

coro::Task<std::string_view> Conversation::hear_to_the_end(net::Traffic* traffic) {
  if (state_ == State::between) co_return std::string_view();
  if (unread_.empty()) co_await fill(traffic);
  const std::string_view bytes = std::exchange(unread_, {});
  if (bytes.empty()) {
    closed_ = true;
    state_ = State::between;
  }
  co_return bytes;
}

}  // namespace eka::git
