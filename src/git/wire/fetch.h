// The fetch command: its request, and its answer taken apart as it streams.
//
// We never negotiate: a request names what is wanted, and what of the same set is here already, and says "done", so
// that one round trip brings the pack, and a server learns nothing of what we have from others.
//
// Atom commits have no parents, so git sees no relation between two versions: to a bare "have" it sends everything.
// Only in a shallow repository does it look into the trees of what the client has (rev-list's
// --objects-edge-aggressive), so each have is also said to be where our history ends, which is true: then shared
// objects stay away, and changed ones come as differences.
//
// The answer is a row of sections, of which only the last matters:
//
//   [shallow-info … delim]  packfile  (<band><bytes>)*  flush
//
// In protocol v0 the shallow commits (only where a depth was asked for) end with a flush, and acknowledgments ("NAK")
// come without a heading:
//
//   [(shallow <id>)* flush]  NAK  (<band><bytes>)*  flush
//
// Band 1 is the pack, 2 what the server would say to a person, 3 its last words before it gives up.
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

// Refuses a depth where the server does not offer shallow fetches.
Result<std::string> fetch_request(const Capabilities& server, std::span<const atom::ObjectId> wants,
                                  const FetchOptions& options);

// The same for protocol v0, where there is no command and the features of the server (V0RefsParser) say what it knows.
Result<std::string> v0_fetch_request(const Capabilities& features, std::span<const atom::ObjectId> wants,
                                     const FetchOptions& options);

// A state machine: feed(), then next() until it has no more; finish() when the stream ends.
class FetchParser {
 public:
  FetchParser() = default;
  // Of an answer in protocol v0.
  static FetchParser v0(bool with_depth);

  struct Event {
    enum class Type { pack, progress };
    Type type = Type::pack;
    std::string_view bytes;  // of the pack; or progress as the server wrote it. Valid until the next call
  };

  // `bytes` must stay valid until next() returns nothing.
  void feed(std::string_view bytes) { reader_.feed(bytes); }
  Result<std::optional<Event>> next();
  bool complete() const { return state_ == State::complete; }
  // After an error: the server does not give one of the objects by its id.
  bool refused_want() const { return refused_want_; }
  // An error unless the answer came to its proper end.
  Result<void> finish() const;

 private:
  enum class State { between_sections, lines, v0_shallow, v0_acknowledgments, pack, complete };
  Result<std::optional<Event>> take(const Packet& packet);
  Result<void> begin_section(const Packet& packet);
  Result<std::optional<Event>> take_band(const Packet& packet);
  Result<void> take_v0_line(const Packet& packet);

  PacketReader reader_;
  State state_ = State::between_sections;
  int section_ = -1;  // the place in the order of sections of the last one seen
  std::uint64_t pack_bytes_ = 0;
  bool refused_want_ = false;
};

}  // namespace eka::git
