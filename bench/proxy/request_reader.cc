#include "proxy/request_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace eka::proxy {
namespace {

constexpr std::size_t body_preview = 64;
constexpr std::size_t longest_head = 64 << 10;

enum class Guess { yes, no, too_early };

// Whether this looks like "GET /…": capitals, a space, and a target.
Guess looks_like_http(std::string_view bytes) {
  const auto method = std::ranges::find_if(bytes, [](char c) { return c < 'A' || c > 'Z'; }) - bytes.begin();
  if (method > 10) return Guess::no;
  if (static_cast<std::size_t>(method) == bytes.size()) return Guess::too_early;
  return method > 2 && bytes[static_cast<std::size_t>(method)] == ' ' ? Guess::yes : Guess::no;
}

// The value of the first header with this name, unmodified.
std::optional<std::string> header(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  while (true) {
    const auto line_end = head.find("\r\n");
    if (line_end == std::string_view::npos || line_end == 0) return std::nullopt;
    const std::string_view line = head.substr(0, line_end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        std::ranges::equal(line.substr(0, name.size()), name, same)) {
      std::string_view value = line.substr(name.size() + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      return std::string(value);
    }
    head.remove_prefix(line_end + 2);
  }
}

}  // namespace

RequestReader::Piece RequestReader::take_all(Piece::Type type) {
  Piece piece;
  piece.type = type;
  piece.bytes = std::exchange(buffer_, {});
  return piece;
}

std::optional<RequestReader::Piece> RequestReader::take_head() {
  const auto end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (buffer_.size() <= longest_head) return std::nullopt;
    state_ = State::opaque;
    return take_all(Piece::Type::opaque);
  }
  const std::size_t size = end + 4;
  const std::string_view fields = std::string_view(buffer_).substr(buffer_.find("\r\n") + 2, size);
  std::uint64_t length = 0;
  if (const auto text = header(fields, "Content-Length")) {
    std::from_chars(text->data(), text->data() + text->size(), length);
  }
  const bool waits = header(fields, "Expect").has_value();  // the body is sent only after the server's interim response
  const std::size_t preview = waits ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(length, body_preview));
  if (buffer_.size() < size + preview) return std::nullopt;

  Piece piece;
  piece.type = Piece::Type::head;
  piece.bytes = buffer_.substr(0, size);
  piece.first_line = buffer_.substr(0, buffer_.find("\r\n"));
  piece.body_start = buffer_.substr(size, preview);
  piece.body_is_known = !header(fields, "Transfer-Encoding") && !header(fields, "Upgrade");
  piece.last = piece.body_is_known && length == 0;
  buffer_.erase(0, size);
  left_ = length;
  if (!piece.body_is_known) {
    state_ = State::opaque;
  } else if (length != 0) {
    state_ = State::body;
  }
  return piece;
}

std::optional<RequestReader::Piece> RequestReader::next() {
  if (buffer_.empty()) return std::nullopt;
  if (state_ == State::undecided) {
    const Guess guess = looks_like_http(buffer_);
    if (guess == Guess::too_early) return std::nullopt;
    state_ = guess == Guess::yes ? State::between : State::opaque;
  }
  if (state_ == State::opaque) return take_all(Piece::Type::opaque);
  if (state_ == State::between) return take_head();
  Piece piece;
  piece.type = Piece::Type::body;
  piece.bytes = buffer_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size())));
  buffer_.erase(0, piece.bytes.size());
  left_ -= piece.bytes.size();
  piece.last = left_ == 0;
  if (piece.last) state_ = State::between;
  return piece;
}

}  // namespace eka::proxy
