// The first message of a server in protocol v0 or v1: all its refs, and its features in the first line.
//
//   [# service=git-upload-pack, flush]        over HTTP
//   [version 1]
//   <id> SP <name> NUL <features> LF          "<zeros> SP capabilities^{}" if there are no refs
//   <id> SP <name> LF                         "<name>^{}" follows an annotated tag and is its target
//   [shallow <id>] … flush
//
// The protocol has no prefixes: refs that are not needed are discarded while parsing.
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

// The content of such a message.
struct V0Listing {
  Capabilities features;
  std::vector<Ref> refs;
};

class V0RefsParser {
 public:
  using Keep = std::function<bool(const Ref&)>;
  // `keep` decides which refs are kept; it receives name and id.
  explicit V0RefsParser(Keep keep, LsRefsLimits limits = {}) : keep_(std::move(keep)), limits_(limits) {}

  // Call feed() until complete(), then finish().
  Result<void> feed(std::string_view bytes);
  bool complete() const { return state_ == State::complete; }

  // One capability per feature: "shallow", "side-band-64k", "agent=…". Valid once complete.
  const Capabilities& features() const { return features_; }
  // The kept refs, sorted by name.
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
  bool last_kept_ = false;  // whether refs_.back() is the ref of the last line
  std::size_t bytes_ = 0;
};

}  // namespace eka::git
