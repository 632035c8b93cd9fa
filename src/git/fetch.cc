#include "git/fetch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "error/text.h"

namespace eka::git {
namespace {

// The order in which sections may come. packfile-uris is an offer that we never asked for.
constexpr std::array<std::string_view, 5> sections = {"acknowledgments", "shallow-info", "wanted-refs", "packfile-uris",
                                                      "packfile"};

std::unexpected<Error> malformed(std::string what) {
  return std::unexpected(protocol_error(std::move(what)));
}

}  // namespace

Result<std::string> fetch_request(const Capabilities& server, std::span<const atom::ObjectId> wants,
                                  const FetchOptions& options) {
  PacketWriter out;
  out.line("command=fetch");
  write_client_capabilities(out, server);
  out.delimiter().line("ofs-delta");
  if (!options.progress) out.line("no-progress");
  if (options.depth != 0) {
    if (!server.feature("fetch", "shallow")) return fail(Kind::remote, "the server does not offer shallow fetches");
    out.line("deepen " + std::to_string(options.depth));
  }
  if (options.filter != Filter::none && server.feature("fetch", "filter")) {
    out.line(options.filter == Filter::blobs ? "filter blob:none" : "filter tree:0");
  }
  for (const atom::ObjectId& want : wants) out.line("want " + want.hex());
  return std::move(out.line("done").flush()).take();
}

Result<std::optional<FetchParser::Event>> FetchParser::next() {
  while (true) {
    const auto packet = reader_.next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return std::nullopt;
    auto event = take(**packet);
    if (!event || *event) return event;
  }
}

Result<std::optional<FetchParser::Event>> FetchParser::take(const Packet& packet) {
  if (state_ != State::pack) {
    if (auto error = error_packet(packet)) return std::unexpected(*std::move(error));
  }
  switch (state_) {
    case State::between_sections:
      if (auto begun = begin_section(packet); !begun) return std::unexpected(begun.error());
      return std::nullopt;
    case State::lines:
      if (packet.is(Packet::Type::data)) return std::nullopt;
      if (!packet.is(Packet::Type::delimiter)) return malformed("the answer ends without a pack");
      state_ = State::between_sections;
      return std::nullopt;
    case State::pack:
      return take_band(packet);
    case State::complete:
      break;
  }
  return malformed("bytes follow the end of the pack");
}

Result<void> FetchParser::begin_section(const Packet& packet) {
  if (!packet.is(Packet::Type::data)) return malformed("the answer ends without a pack");
  const auto found = std::ranges::find(sections, packet.text());
  const int place = static_cast<int>(found - sections.begin());
  if (found == sections.end() || place <= section_) {
    return malformed("unexpected section \"" + printable(packet.text(), 60) + "\"");
  }
  if (*found == "packfile-uris") return malformed("it sends us elsewhere for packs, which was not asked for");
  section_ = place;
  state_ = *found == "packfile" ? State::pack : State::lines;
  return {};
}

Result<std::optional<FetchParser::Event>> FetchParser::take_band(const Packet& packet) {
  if (packet.is(Packet::Type::flush)) {
    if (pack_bytes_ == 0) return malformed("the pack is empty");
    state_ = State::complete;
    return std::nullopt;
  }
  if (!packet.is(Packet::Type::data) || packet.payload.empty()) return malformed("a packet of the pack has no band");
  const std::string_view bytes = packet.payload.substr(1);
  switch (packet.payload[0]) {
    case 1:
      pack_bytes_ += bytes.size();
      if (bytes.empty()) return std::nullopt;  // sent now and then to keep the connection alive
      return Event{Event::Type::pack, bytes};
    case 2:
      return Event{Event::Type::progress, bytes};
    case 3:
      return fail(Kind::remote, "the remote says: " + printable(bytes.substr(0, bytes.find_last_not_of("\r\n") + 1)));
    default:
      return malformed("there is no band " + std::to_string(static_cast<unsigned char>(packet.payload[0])));
  }
}

Result<void> FetchParser::finish() const {
  if (complete() && reader_.between_packets()) return {};
  return std::unexpected(truncated_error(
      pack_bytes_ == 0 ? "before the pack" : "after " + std::to_string(pack_bytes_) + " bytes of the pack"));
}

}  // namespace eka::git
