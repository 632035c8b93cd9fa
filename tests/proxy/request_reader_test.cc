#include "proxy/request_reader.h"

#include <vector>

#include <doctest/doctest.h>

namespace eka::proxy {
namespace {

using Type = RequestReader::Piece::Type;

// All pieces of `stream` when it arrives in pieces of `size`.
std::vector<RequestReader::Piece> read(const std::string& stream, std::size_t size) {
  RequestReader reader;
  std::vector<RequestReader::Piece> out;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    reader.feed(stream.substr(at, size));
    while (auto piece = reader.next()) out.push_back(*std::move(piece));
  }
  return out;
}

std::string together(const std::vector<RequestReader::Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += piece.bytes;
  return out;
}

std::vector<std::string> heads(const std::vector<RequestReader::Piece>& pieces) {
  std::vector<std::string> out;
  for (const auto& piece : pieces) {
    if (piece.type == Type::head) out.push_back(piece.first_line + "|" + piece.body_start.substr(0, 5));
  }
  return out;
}

}  // namespace

TEST_CASE("requests are found in input split anywhere") {
  const std::string stream =
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /b HTTP/1.1\r\ncontent-length: 8\r\n\r\nbody one"
      "POST /c HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
      "GET /d HTTP/1.1\r\n\r\n";
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    CAPTURE(size);
    const auto pieces = read(stream, size);
    CHECK(together(pieces) == stream);
    CHECK(heads(pieces) == std::vector<std::string>{"GET /a HTTP/1.1|", "POST /b HTTP/1.1|body ", "POST /c HTTP/1.1|",
                                                    "GET /d HTTP/1.1|"});
    int requests = 0;
    for (const auto& piece : pieces) requests += piece.last ? 1 : 0;
    CHECK(requests == 4);
  }
}

TEST_CASE("data that is not HTTP is passed on unchanged") {
  for (const std::string stream :
       {"0032git-upload-pack /x", "SSH-2.0-OpenSSH_9.2", "\x16\x03\x01", "LONGCAPITALSHERE"}) {
    CAPTURE(stream);
    for (const std::size_t size : {std::size_t{1}, stream.size()}) {
      const auto pieces = read(stream, size);
      CHECK(together(pieces) == stream);
      CHECK(heads(pieces).empty());
    }
  }
}

TEST_CASE("everything after a body of unknown length is opaque") {
  const std::string stream = "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const auto pieces = read(stream, 7);
  CHECK(together(pieces) == stream);
  CHECK(heads(pieces).size() == 1);
  CHECK(!pieces.front().body_is_known);
  CHECK(pieces.back().type == Type::opaque);
}

TEST_CASE("a client that waits before sending its body does not block the proxy") {
  RequestReader reader;
  reader.feed("POST /b HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
  const auto head = reader.next();
  REQUIRE(head);
  CHECK(head->type == Type::head);
  CHECK(!head->last);
}

}  // namespace eka::proxy
