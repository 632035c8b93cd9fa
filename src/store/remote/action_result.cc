#include "store/remote/action_result.h"

#include <algorithm>

#include "atom/hash/base_n.h"

namespace eka::store {
namespace {

// Fields of the messages, and the wire types of protocol buffers.
constexpr std::uint64_t output_files = 2, stdout_raw = 5;  // of ActionResult
constexpr std::uint64_t file_path = 1, file_digest = 2;    // of OutputFile
constexpr std::uint64_t digest_hash = 1, digest_size = 2;  // of Digest
constexpr std::uint64_t wire_varint = 0, wire_fixed64 = 1, wire_bytes = 2, wire_fixed32 = 5;

constexpr std::size_t most_result_blobs = 10'000;

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

void put_bytes(std::string& out, std::uint64_t field, std::string_view content) {
  put_number(out, field << 3 | wire_bytes);
  put_number(out, content.size());
  out += content;
}

std::optional<std::uint64_t> take_number(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// One field: its number, and its content (a number, or bytes).
struct WireField {
  std::uint64_t number = 0, type = 0, value = 0;
  std::string_view bytes;
};

std::optional<WireField> take_field(std::string_view& in) {
  const auto tag = take_number(in);
  if (!tag) return std::nullopt;
  WireField out{.number = *tag >> 3, .type = *tag & 7, .value = 0, .bytes = {}};
  std::optional<std::uint64_t> size = 0;
  if (out.type == wire_varint) {
    const auto value = take_number(in);
    if (!value) return std::nullopt;
    out.value = *value;
    return out;
  }
  if (out.type == wire_bytes) {
    size = take_number(in);
  } else if (out.type == wire_fixed64 || out.type == wire_fixed32) {
    size = out.type == wire_fixed64 ? 8 : 4;
  } else {
    return std::nullopt;
  }
  if (!size || *size > in.size()) return std::nullopt;
  out.bytes = in.substr(0, static_cast<std::size_t>(*size));
  in.remove_prefix(out.bytes.size());
  return out;
}

// Calls `take` for each field; false if the message is malformed.
template <class Take>
bool each_field(std::string_view in, Take take) {
  while (!in.empty()) {
    const auto field = take_field(in);
    if (!field || !take(*field)) return false;
  }
  return true;
}

std::optional<RemoteBlob> read_digest(std::string_view in) {
  RemoteBlob out;
  bool named = false;
  const bool sound = each_field(in, [&](const WireField& field) {
    if (field.number == digest_hash) named = atom::parse_hex(field.bytes, out.digest);
    if (field.number == digest_size) out.size = field.value;
    return true;
  });
  return sound && named ? std::optional(out) : std::nullopt;
}

std::optional<RemoteBlob> read_output_file(std::string_view in) {
  std::optional<RemoteBlob> out;
  const bool sound = each_field(in, [&](const WireField& field) {
    if (field.number == file_digest) out = read_digest(field.bytes);
    return true;
  });
  return sound ? out : std::nullopt;
}

}  // namespace

RemoteBlob RemoteBlob::of(std::string_view content) {
  return {atom::Sha256::of(content), content.size()};
}

std::string write_action_result(const ActionResult& result) {
  std::string out;
  for (const RemoteBlob& blob : result.blobs) {
    const std::string name = atom::hex(blob.digest);
    std::string digest, file;
    put_bytes(digest, digest_hash, name);
    put_number(digest, digest_size << 3 | wire_varint);
    put_number(digest, blob.size);
    put_bytes(file, file_path, name);
    put_bytes(file, file_digest, digest);
    put_bytes(out, output_files, file);
  }
  put_bytes(out, stdout_raw, result.text);
  return out;
}

std::optional<ActionResult> read_action_result(std::string_view bytes) {
  ActionResult out;
  const bool sound = each_field(bytes, [&](const WireField& field) {
    if (field.number == stdout_raw && field.type == wire_bytes) out.text = field.bytes;
    if (field.number != output_files) return true;
    const auto blob = read_output_file(field.bytes);
    if (!blob || out.blobs.size() == most_result_blobs) return false;
    out.blobs.push_back(*blob);
    return true;
  });
  return sound ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace eka::store
