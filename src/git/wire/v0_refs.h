// What a server of protocol v0 or v1 says first: all its refs, and in the first line what it can do.
//
//   [# service=git-upload-pack, flush]        over HTTP
//   [version 1]
//   <id> SP <name> NUL <features> LF          "<zeros> SP capabilities^{}" where there is no ref
//   <id> SP <name> LF                         "<name>^{}" follows an annotated tag: what it points at
//   [shallow <id>] … flush
//
// Nothing can be asked for by prefix: what is not wanted is dropped here as it passes.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "git/wire/capabilities.h"
#include "git/wire/ls_refs.h"
#include "git/wire/pkt_line.h"
#include "git/wire/ref.h"

namespace eka::git {

// What the list said.
struct V0Listing {
  Capabilities features;
  std::vector<Ref> refs;
};

class V0RefsParser {
 public:
  using Keep = std::function<bool(const Ref&)>;
  // `keep` decides which refs are kept; it sees name and id.
  explicit V0RefsParser(Keep keep, LsRefsLimits limits = {}) : keep_(std::move(keep)), limits_(limits) {}

  // A state machine: feed() until complete(), then finish().
  Result<void> feed(std::string_view bytes);
  bool complete() const { return state_ == State::complete; }

  // One word each: "shallow", "side-band-64k", "agent=…". Valid once complete.
  const Capabilities& features() const { return features_; }
  // Those kept, sorted by name.
  Result<std::vector<Ref>> finish() &&;

 private:
  enum class State { start, after_service, first, refs, complete };
  Result<void> take(const Packet& packet);
  Result<void> take_ref(std::string_view line);
  void take_features(std::string_view words);

  Keep keep_;
  LsRefsLimits limits_;
  PacketReader reader_;
  State state_ = State::start;
  Capabilities features_;
  std::vector<std::pair<std::string, std::string>> symrefs_;  // name, target
  std::vector<Ref> refs_;
  bool last_kept_ = false;  // is refs_.back() the ref of the last line?
  std::size_t bytes_ = 0;
};

}  // namespace eka::git
