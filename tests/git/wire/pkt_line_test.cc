#include "git/wire/pkt_line.h"

#include <vector>

#include <doctest/doctest.h>

namespace eka::git {
namespace {

struct Seen {
  std::vector<std::string> packets;  // a payload, or one of "<flush>", "<delimiter>", "<end>"
  bool between = false;
  std::string error;
};

// Feeds `bytes` in pieces of `step`.
Seen read_all(std::string_view bytes, std::size_t step) {
  Seen seen;
  PacketReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.feed(bytes.substr(at, step));
    while (true) {
      const auto packet = reader.next();
      if (!packet) {
        seen.error = packet.error().message();
        return seen;
      }
      if (!*packet) break;
      switch ((*packet)->type) {
        case Packet::Type::data:
          seen.packets.emplace_back((*packet)->payload);
          break;
        case Packet::Type::flush:
          seen.packets.emplace_back("<flush>");
          break;
        case Packet::Type::delimiter:
          seen.packets.emplace_back("<delimiter>");
          break;
        case Packet::Type::response_end:
          seen.packets.emplace_back("<end>");
          break;
      }
    }
  }
  seen.between = reader.between_packets();
  return seen;
}

}  // namespace

TEST_CASE("pkt-line: round-trip, with input split anywhere") {
  const std::string big(largest_payload, 'x');
  PacketWriter writer;
  writer.line("hello").data(big).delimiter().data("").data("000").flush();
  const std::string wire = std::move(writer).take() + "0002";
  CHECK(wire.starts_with("000ahello\nfff0xxx"));
  const std::vector<std::string> expected = {"hello\n", big, "<delimiter>", "", "000", "<flush>", "<end>"};
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}, std::size_t{7},
                                 std::size_t{4096}, wire.size()}) {
    const Seen seen = read_all(wire, step);
    CHECK(seen.error == "");
    CHECK(seen.packets == expected);
    CHECK(seen.between);
  }
}

TEST_CASE("pkt-line: a truncated packet is detected") {
  const std::string_view wire = "0009hello";
  for (std::size_t n = 1; n < wire.size(); ++n) CHECK_FALSE(read_all(wire.substr(0, n), 1).between);
  CHECK(read_all(wire, 1).between);
}

TEST_CASE("pkt-line: invalid lengths are rejected") {
  for (const std::string_view bad :
       {"0003", "fff1", "ffff", "FFFF", "zzzz", "00 5", "-001", "+004", "0x10", "\x1b[2J"}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{100}}) {
      const Seen seen = read_all("0006ab" + std::string(bad) + std::string(70000, 'x'), step);
      CHECK(seen.packets == std::vector<std::string>{"ab"});
      CHECK(seen.error.contains("git protocol error"));
      CHECK_FALSE(seen.error.contains('\x1b'));
    }
  }
}

TEST_CASE("pkt-line: an oversized payload is not sent") {
  PacketWriter writer;
  CHECK_THROWS_AS(writer.data(std::string(largest_payload + 1, 'x')), Error);
}

}  // namespace eka::git
