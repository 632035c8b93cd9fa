// pkt-lines: the framing of git's network protocols.
//
// A packet consists of four hexadecimal digits, the length including themselves, and the payload. The lengths 0000,
// 0001 and 0002 are the flush, delimiter and response-end packets; 0003 and lengths above 65520 are invalid.
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
  // Throws Error(Kind::usage) if the payload does not fit into one packet.
  PacketWriter& data(std::string_view payload);
  PacketWriter& line(std::string_view text);  // appends "\n", as is customary for text
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

// Splits a stream into packets: call feed(), then next() until it returns nullopt. A packet that is contained in the
// bytes of one call is not copied; at most one packet is buffered. After an error, all calls fail.
class PacketReader {
 public:
  // `bytes` must stay valid until next() returns nullopt. Call it again only then.
  void feed(std::string_view bytes);
  // Returns the next packet, valid until the next call of either function; nullopt: feed more.
  Result<std::optional<Packet>> next();
  // True between packets, the only places where a stream may end.
  bool between_packets() const { return (partial_.empty() || handed_out_) && input_.empty(); }

 private:
  Result<std::size_t> length_of(std::string_view digits);

  std::string_view input_;
  std::string partial_;      // the start of a packet that is not complete yet
  bool handed_out_ = false;  // partial_ was returned as a packet and must be cleared
  bool failed_ = false;
};

// "git protocol error: <what>". Not retryable.
Error protocol_error(std::string what);

// The same, for functions that return a Result.
std::unexpected<Error> malformed(std::string what);
// The response ended early. Retryable.
Error truncated_error(std::string where);
// The error in an "ERR <reason>" packet; nullopt for any other packet.
std::optional<Error> error_packet(const Packet& packet);

}  // namespace eka::git
