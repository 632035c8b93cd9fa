// pkt-lines: the framing of everything git says on a wire.
//
// A packet is four hexadecimal digits, the length including themselves, then the payload. Lengths 0000, 0001 and 0002
// are the flush, delimiter and response-end packets; 0003 means nothing, and lengths above 65520 are not allowed.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::git {

inline constexpr std::size_t largest_packet = 65520;
inline constexpr std::size_t largest_payload = largest_packet - 4;

// Appends packets to a request.
class PacketWriter {
 public:
  // Throws Error(Kind::usage) when the payload does not fit one packet.
  PacketWriter& data(std::string_view payload);
  PacketWriter& line(std::string_view text);  // a payload that ends with "\n", as is the custom for text
  PacketWriter& flush();
  PacketWriter& delimiter();
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

struct Packet {
  enum class Type { data, flush, delimiter, response_end };
  Type type = Type::flush;
  std::string_view payload;

  bool is(Type wanted) const { return type == wanted; }
  // The payload without its final newline.
  std::string_view text() const;
};

// A state machine that cuts a stream into packets: feed() it bytes, then call next() until it has no more. A packet
// that lies whole in the bytes fed is not copied; at most one packet is ever held. After an error it stays failed.
class PacketReader {
 public:
  // `bytes` must stay valid until next() returns nothing. Only to be called then (or first).
  void feed(std::string_view bytes);
  // The next packet, valid until the next call of either function; nothing: feed more.
  Result<std::optional<Packet>> next();
  // True between packets: a stream may end here only.
  bool between_packets() const { return (partial_.empty() || handed_out_) && input_.empty(); }

 private:
  Result<std::size_t> length_of(std::string_view digits);

  std::string_view input_;
  std::string partial_;      // the beginning of a packet whose end has not been fed
  bool handed_out_ = false;  // partial_ was given out as a packet and is to be dropped
  bool failed_ = false;
};

// "the remote broke the protocol: <what>". Not retryable.
Error protocol_error(std::string what);

// The same, for functions that return a Result.
std::unexpected<Error> malformed(std::string what);
// The answer ended before its end: a protocol error that a second try may cure.
Error truncated_error(std::string where);
// The error that an "ERR <reason>" packet carries; nothing for any other payload.
std::optional<Error> error_packet(const Packet& packet);

}  // namespace eka::git
