#include "git/wire/fetch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "git/libgit2/version.h"

namespace eka::git {
namespace {

// The order of sections in a response. packfile-uris is never requested.
constexpr std::array<std::string_view, 5> sections = {"acknowledgments", "shallow-info", "wanted-refs", "packfile-uris",
                                                      "packfile"};

// The wordings of git, JGit and others.
bool tells_of_refused_want(std::string_view text) {
  constexpr std::array<std::string_view, 4> phrases = {"not our ref", "not valid", "unadvertised object",
                                                       "not advertised"};
  return std::ranges::any_of(phrases, [text](std::string_view each) { return text.find(each) != text.npos; });
}

std::string_view filter_spec(Filter filter) {
  return filter == Filter::blobs ? "blob:none" : "tree:0";
}

std::unexpected<Error> no_filters() {
  return fail(Kind::remote, "the server does not support filters");
}

}  // namespace

Result<std::string> fetch_request(const Capabilities& server, std::span<const atom::ObjectId> wants,
                                  const FetchOptions& options) {
  PacketWriter out;
  out.line("command=fetch");
  write_client_capabilities(out, server);
  out.delimiter().line("ofs-delta");
  if (!options.haves.empty()) out.line("thin-pack");
  if (!options.progress) out.line("no-progress");
  if (options.depth != 0) {
    if (!server.feature("fetch", "shallow")) return fail(Kind::remote, "the server does not support shallow fetches");
    out.line("deepen " + std::to_string(options.depth));
  }
  if (options.filter != Filter::none && server.feature("fetch", "filter")) {
    out.line("filter " + std::string(filter_spec(options.filter)));
  }
  if (options.filter_required && !server.feature("fetch", "filter")) return no_filters();
  for (const atom::ObjectId& want : wants) out.line("want " + want.hex());
  const bool aggressive = server.feature("fetch", "shallow");
  for (const atom::ObjectId& have : options.haves) {
    if (aggressive) out.line("shallow " + have.hex());
    out.line("have " + have.hex());
  }
  return std::move(out.line("done").flush()).take();
}

Result<std::string> v0_fetch_request(const Capabilities& features, std::span<const atom::ObjectId> wants,
                                     const FetchOptions& options) {
  if (!features.has("side-band-64k")) return fail(Kind::remote, "the server does not support side-band-64k");
  if (options.depth != 0 && !features.has("shallow")) {
    return fail(Kind::remote, "the server does not support shallow fetches");
  }
  const bool filters = options.filter != Filter::none && features.has("filter");
  if (options.filter_required && !filters) return no_filters();
  std::string ours = " side-band-64k ofs-delta";
  if (!options.progress && features.has("no-progress")) ours += " no-progress";
  if (filters) ours += " filter";
  if (features.has("object-format")) ours += " object-format=sha1";
  if (features.has("agent")) ours += " agent=" + std::string(agent);
  PacketWriter out;
  for (const atom::ObjectId& want : wants) out.line("want " + want.hex() + std::exchange(ours, {}));
  if (options.depth != 0) out.line("deepen " + std::to_string(options.depth));
  if (filters) out.line("filter " + std::string(filter_spec(options.filter)));
  return std::move(out.flush().line("done")).take();
}

FetchParser FetchParser::v0(bool with_depth) {
  FetchParser out;
  out.state_ = with_depth ? State::v0_shallow : State::v0_acknowledgments;
  return out;
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
    if (auto error = error_packet(packet)) {
      refused_want_ = tells_of_refused_want(error->message());
      return std::unexpected(*std::move(error));
    }
  }
  switch (state_) {
    case State::between_sections:
      if (auto begun = begin_section(packet); !begun) return std::unexpected(begun.error());
      return std::nullopt;
    case State::lines:
      if (packet.is(Packet::Type::data)) return std::nullopt;
      if (!packet.is(Packet::Type::delimiter)) return malformed("no pack in the response");
      state_ = State::between_sections;
      return std::nullopt;
    case State::v0_shallow:
    case State::v0_acknowledgments:
      if (auto taken = take_v0_line(packet); !taken) return std::unexpected(taken.error());
      return std::nullopt;
    case State::pack:
      return take_band(packet);
    case State::complete:
      break;
  }
  return malformed("data after the end of the pack");
}

Result<void> FetchParser::begin_section(const Packet& packet) {
  if (!packet.is(Packet::Type::data)) return malformed("no pack in the response");
  const auto found = std::ranges::find(sections, packet.text());
  const int place = static_cast<int>(found - sections.begin());
  if (found == sections.end() || place <= section_) {
    return malformed("unexpected section \"" + printable(packet.text(), 60) + "\"");
  }
  if (*found == "packfile-uris") return malformed("unrequested packfile URIs");
  section_ = place;
  state_ = *found == "packfile" ? State::pack : State::lines;
  return {};
}

Result<void> FetchParser::take_v0_line(const Packet& packet) {
  if (state_ == State::v0_shallow) {
    if (packet.is(Packet::Type::flush)) {
      state_ = State::v0_acknowledgments;
    } else if (!packet.is(Packet::Type::data)) {
      return malformed("delimiter in the list of shallow commits");
    }
    return {};
  }
  if (!packet.is(Packet::Type::data) || packet.text() != "NAK") return malformed("no \"NAK\" before the pack");
  state_ = State::pack;
  return {};
}

Result<std::optional<FetchParser::Event>> FetchParser::take_band(const Packet& packet) {
  if (packet.is(Packet::Type::flush)) {
    if (pack_bytes_ == 0) return malformed("the pack is empty");
    state_ = State::complete;
    return std::nullopt;
  }
  if (!packet.is(Packet::Type::data) || packet.payload.empty()) return malformed("packet without a band");
  const std::string_view bytes = packet.payload.substr(1);
  switch (packet.payload[0]) {
    case 1:
      pack_bytes_ += bytes.size();
      if (bytes.empty()) return std::nullopt;  // keep-alive packet
      return Event{Event::Type::pack, bytes};
    case 2:
      return Event{Event::Type::progress, bytes};
    case 3:
      return fail(Kind::remote, "remote error: " + printable(bytes.substr(0, bytes.find_last_not_of("\r\n") + 1)));
    default:
      return malformed("unknown band " + std::to_string(static_cast<unsigned char>(packet.payload[0])));
  }
}

Result<void> FetchParser::finish() const {
  if (complete() && reader_.between_packets()) return {};
  return std::unexpected(truncated_error(
      pack_bytes_ == 0 ? "before the pack" : "after " + std::to_string(pack_bytes_) + " bytes of the pack"));
}

}  // namespace eka::git
