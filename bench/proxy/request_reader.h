// Finds HTTP/1 requests in the data of a client, without buffering their bodies.
//
// A state machine: call feed(), then next() until it returns nothing. A stream that does not start like HTTP, or that
// uses unsupported features (chunked bodies, upgrades), is opaque from there on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eka::proxy {

class RequestReader {
 public:
  struct Piece {
    enum class Type { head, body, opaque };
    Type type = Type::opaque;
    std::string bytes;
    // Of a head:
    std::string first_line;
    std::string body_start;      // the first bytes of the body, which come again as body
    bool body_is_known = false;  // how long the body is; else opaque pieces follow
    // Of a head or a body: it is the last of its request.
    bool last = false;
  };

  void feed(std::string_view bytes) { buffer_ += bytes; }
  std::optional<Piece> next();

 private:
  enum class State { undecided, between, body, opaque };
  std::optional<Piece> take_head();
  Piece take_all(Piece::Type type);

  State state_ = State::undecided;
  std::string buffer_;
  std::uint64_t left_ = 0;  // of the body
};

}  // namespace eka::proxy
