#include "git/wire/capabilities.h"

#include <algorithm>

#include "base/text.h"
#include "git/libgit2/version.h"

namespace eka::git {
namespace {

// Real advertisements have a few hundred bytes.
constexpr std::size_t advertisement_limit = 64 << 10;

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == wanted) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

bool is_plain_text(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

Capabilities Capabilities::from_text(std::string_view lines) {
  Capabilities out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (end != 0) out.add(std::string(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

Capabilities Capabilities::presumed() {
  Capabilities out = from_text("ls-refs\nfetch=shallow\n");
  out.presumed_ = true;
  return out;
}

std::string Capabilities::text() const {
  std::string out;
  for (const std::string& line : lines_) out += line + '\n';
  return out;
}

std::optional<std::string_view> Capabilities::value(std::string_view name) const {
  for (const std::string_view line : lines_) {
    if (!line.starts_with(name)) continue;
    if (line.size() == name.size()) return std::string_view();
    if (line[name.size()] == '=') return line.substr(name.size() + 1);
  }
  return std::nullopt;
}

bool Capabilities::feature(std::string_view name, std::string_view feature) const {
  const auto words = value(name);
  return words && has_word(*words, feature);
}

Result<void> Capabilities::usable() const {
  if (const auto format = value("object-format"); format && *format != "sha1") {
    return fail(Kind::remote,
                "unsupported object format " + printable(*format, 40) + ": eka supports only SHA-1 repositories");
  }
  for (const std::string_view command : {"ls-refs", "fetch"}) {
    if (!has(command)) return fail(Kind::remote, "the server does not support \"" + std::string(command) + "\"");
  }
  return {};
}

NotProtocolV2::NotProtocolV2()
    : Error(Error(Kind::remote, "the server does not support git protocol v2")
                .with_hint("git supports it since version 2.18; a proxy may remove the Git-Protocol header")) {}

Result<void> AdvertisementParser::feed(std::string_view bytes) {
  if (is_old_protocol()) return {};
  bytes_ += bytes.size();
  if (bytes_ > advertisement_limit) return std::unexpected(protocol_error("capability list too long"));
  reader_.feed(bytes);
  while (!is_old_protocol()) {
    const auto packet = reader_.next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    if (auto taken = take(**packet); !taken) return taken;
  }
  return {};
}

Result<void> AdvertisementParser::take(const Packet& packet) {
  if (auto error = error_packet(packet)) return std::unexpected(*std::move(error));
  switch (state_) {
    case State::start:
    case State::version:
      return take_first(packet);
    case State::after_service:
      if (!packet.is(Packet::Type::flush)) return std::unexpected(protocol_error("no flush packet after the greeting"));
      state_ = State::version;
      return {};
    case State::capabilities:
      if (packet.is(Packet::Type::flush)) {
        state_ = State::complete;
        return {};
      }
      if (!packet.is(Packet::Type::data) || !is_plain_text(packet.text())) {
        return std::unexpected(protocol_error("invalid capability"));
      }
      capabilities_.add(std::string(packet.text()));
      return {};
    case State::complete:
      return std::unexpected(protocol_error("data after the end of the capabilities"));
    case State::old_protocol:
      return {};
  }
  return {};
}

Result<void> AdvertisementParser::take_first(const Packet& packet) {
  if (packet.is(Packet::Type::data) && packet.text() == "version 2") {
    state_ = State::capabilities;
  } else if (state_ == State::start && packet.is(Packet::Type::data) && packet.text() == "# service=git-upload-pack") {
    state_ = State::after_service;
  } else if (packet.is(Packet::Type::data) || packet.is(Packet::Type::flush)) {
    state_ = State::old_protocol;  // "version 1", the first ref, or no ref at all
  } else {
    return std::unexpected(protocol_error("delimiter at the start of the greeting"));
  }
  return {};
}

Result<Capabilities> AdvertisementParser::finish() {
  if (!complete() || !reader_.between_packets()) return std::unexpected(truncated_error("in the capabilities"));
  return std::move(capabilities_);
}

void write_client_capabilities(PacketWriter& out, const Capabilities& server) {
  if (server.has("agent")) out.line("agent=" + std::string(agent));
  if (server.has("object-format")) out.line("object-format=sha1");
}

}  // namespace eka::git
