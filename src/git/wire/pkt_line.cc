#include "git/wire/pkt_line.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace eka::git {
namespace {

Packet packet_of(std::string_view whole) {
  if (whole.size() > 4 || whole[3] == '4') return {Packet::Type::data, whole.substr(4)};
  if (whole[3] == '0') return {Packet::Type::flush, {}};
  return {whole[3] == '1' ? Packet::Type::delimiter : Packet::Type::response_end, {}};
}

}  // namespace

PacketWriter& PacketWriter::data(std::string_view payload) {
  if (payload.size() > largest_payload) throw Error(Kind::usage, "a line of the git request is too long");
  static constexpr char digits[] = "0123456789abcdef";
  const std::size_t length = payload.size() + 4;
  for (const int shift : {12, 8, 4, 0}) out_ += digits[(length >> shift) & 15];
  out_ += payload;
  return *this;
}

PacketWriter& PacketWriter::line(std::string_view text) {
  return data(std::string(text) + '\n');
}

PacketWriter& PacketWriter::flush() {
  out_ += "0000";
  return *this;
}

PacketWriter& PacketWriter::delimiter() {
  out_ += "0001";
  return *this;
}

std::string_view Packet::text() const {
  return payload.ends_with('\n') ? payload.substr(0, payload.size() - 1) : payload;
}

void PacketReader::feed(std::string_view bytes) {
  input_ = bytes;
}

// The length of the whole packet on the wire: 4 for special packets.
Result<std::size_t> PacketReader::length_of(std::string_view digits) {
  std::size_t length = 0;
  for (const char digit : digits.substr(0, 4)) {
    const int value = hex_value(digit);
    if (value < 0) {
      failed_ = true;
      return std::unexpected(protocol_error("invalid packet length \"" + printable(digits.substr(0, 4)) + "\""));
    }
    length = length * 16 + static_cast<std::size_t>(value);
  }
  if (length == 3 || length > largest_packet) {
    failed_ = true;
    return std::unexpected(protocol_error("invalid packet length " + printable(digits.substr(0, 4))));
  }
  return std::max<std::size_t>(length, 4);
}

Result<std::optional<Packet>> PacketReader::next() {
  if (failed_) return std::unexpected(protocol_error("read after an error"));
  if (std::exchange(handed_out_, false)) partial_.clear();
  const auto complete_partial = [this](std::size_t size) {
    const std::size_t missing = std::min(size - partial_.size(), input_.size());
    partial_ += input_.substr(0, missing);
    input_.remove_prefix(missing);
    return partial_.size() == size;
  };
  if (partial_.empty()) {
    if (input_.size() >= 4) {
      const Result<std::size_t> length = length_of(input_);
      if (!length) return std::unexpected(length.error());
      if (input_.size() >= *length) {
        const Packet packet = packet_of(input_.substr(0, *length));
        input_.remove_prefix(*length);
        return packet;
      }
    }
    if (input_.empty()) return std::nullopt;
  }
  if (partial_.size() < 4 && !complete_partial(4)) return std::nullopt;
  const Result<std::size_t> length = length_of(partial_);
  if (!length) return std::unexpected(length.error());
  if (!complete_partial(*length)) return std::nullopt;
  handed_out_ = true;
  return packet_of(partial_);
}

Error protocol_error(std::string what) {
  return Error(Kind::remote, "git protocol error: " + what);
}

std::unexpected<Error> malformed(std::string what) {
  return std::unexpected(protocol_error(std::move(what)));
}

Error truncated_error(std::string where) {
  return Error(Kind::remote, "truncated response " + where).retryable();
}

std::optional<Error> error_packet(const Packet& packet) {
  if (!packet.is(Packet::Type::data) || !packet.payload.starts_with("ERR ")) return std::nullopt;
  return Error(Kind::remote, "remote error: " + printable(packet.text().substr(4)));
}

}  // namespace eka::git
