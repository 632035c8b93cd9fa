// The fetch command: creates requests and parses responses as they arrive.
//
// eka does not negotiate: a request lists its wants, and as haves what is cached of the same set, and ends with "done".
// One round trip thus returns the pack, and a server learns nothing about objects from other remotes.
//
// Atom commits have no parents, so git sees no relation between two versions: with only a "have" it would send
// everything. In a shallow repository, however, it examines the trees of the client's commits (rev-list's
// --objects-edge-aggressive). Each have is therefore also declared shallow, which is correct: shared objects are then
// omitted, and changed ones are sent as deltas.
//
// The response consists of sections, of which only the last is used:
//
//   [shallow-info … delim]  packfile  (<band><bytes>)*  flush
//
// In protocol v0 the shallow commits (only if a depth was requested) end with a flush, and acknowledgments ("NAK") have
// no heading:
//
//   [(shallow <id>)* flush]  NAK  (<band><bytes>)*  flush
//
// Band 1 contains the pack, 2 progress messages, 3 a fatal error.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "base/error.h"
#include "git/wire/capabilities.h"
#include "git/wire/fetch_options.h"
#include "git/wire/pkt_line.h"

namespace eka::git {

// An error if `options` has a depth and the server does not support shallow fetches.
Result<std::string> fetch_request(const Capabilities& server, std::span<const atom::ObjectId> wants,
                                  const FetchOptions& options);

// The same for protocol v0, which has no commands; `features` are those of V0RefsParser.
Result<std::string> v0_fetch_request(const Capabilities& features, std::span<const atom::ObjectId> wants,
                                     const FetchOptions& options);

// Call feed(), then next() until it returns nullopt; finish() when the stream ends.
class FetchParser {
 public:
  FetchParser() = default;
  // For a response in protocol v0.
  static FetchParser v0(bool with_depth);

  struct Event {
    enum class Type { pack, progress };
    Type type = Type::pack;
    std::string_view bytes;  // of the pack, or progress as sent by the server. Valid until the next call
  };

  // `bytes` must stay valid until next() returns nullopt.
  void feed(std::string_view bytes) { reader_.feed(bytes); }
  Result<std::optional<Event>> next();
  bool complete() const { return state_ == State::complete; }
  // After an error: the server does not allow fetching one of the objects by its id.
  bool refused_want() const { return refused_want_; }
  // An error unless the response is complete.
  Result<void> finish() const;

 private:
  enum class State { between_sections, lines, v0_shallow, v0_acknowledgments, pack, complete };
  Result<std::optional<Event>> take(const Packet& packet);
  Result<void> begin_section(const Packet& packet);
  Result<std::optional<Event>> take_band(const Packet& packet);
  Result<void> take_v0_line(const Packet& packet);

  PacketReader reader_;
  State state_ = State::between_sections;
  int section_ = -1;  // index of the current section in the order of sections
  std::uint64_t pack_bytes_ = 0;
  bool refused_want_ = false;
};

}  // namespace eka::git
