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
    // For a head:
    std::string first_line;
    std::string body_start;      // the first bytes of the body, which are also returned as body
    bool body_is_known = false;  // the body has a known length; otherwise opaque pieces follow
    // For a head or a body: the last piece of its request.
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
