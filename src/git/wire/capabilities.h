// What a server said it can do, in answer to the question that opens protocol v2.
//
//   [# service=git-upload-pack, flush]     some smart HTTP servers say this first
//   version 2
//   agent=git/2.39.5
//   ls-refs=unborn
//   fetch=shallow wait-for-done filter
//   object-format=sha1
//   flush
//
// Anything else in place of "version 2" is a server that did not honour our "Git-Protocol: version=2" and answered
// with the ref advertisement of protocol 0 or 1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "git/wire/pkt_line.h"

namespace eka::git {

class Capabilities {
 public:
  Capabilities() = default;
  // One capability a line, as `text()` gives it (and as HostFacts keeps it).
  static Capabilities from_text(std::string_view lines);
  std::string text() const;
  // What every server of protocol v2 can do that anybody runs: enough to list refs, and to fetch without a filter.
  static Capabilities presumed();
  bool is_presumed() const { return presumed_; }

  void add(std::string line) { lines_.push_back(std::move(line)); }
  bool empty() const { return lines_.empty(); }

  // The value of `name=value`; empty for a capability without value; nothing when it was not advertised.
  std::optional<std::string_view> value(std::string_view name) const;
  bool has(std::string_view name) const { return value(name).has_value(); }
  // Whether `feature` is one of the space-separated words of capability `name`: feature("fetch", "shallow").
  bool feature(std::string_view name, std::string_view feature) const;

  // Refuses a repository whose object ids are not SHA-1, or a server without the commands we need.
  Result<void> usable() const;

 private:
  std::vector<std::string> lines_;
  bool presumed_ = false;
};

// Thrown when a server answers the handshake in protocol 0 or 1. A type of its own, so that a transport that can speak
// those may take over.
class NotProtocolV2 : public Error {
 public:
  NotProtocolV2();
};

// Reads the answer to the handshake as it streams. A state machine: feed() until the end, then finish().
class AdvertisementParser {
 public:
  Result<void> feed(std::string_view bytes);
  // True once the last packet has been read; what is fed after it is an error.
  bool complete() const { return state_ == State::complete; }
  // The server answered in an older protocol. Nothing more is read then.
  bool is_old_protocol() const { return state_ == State::old_protocol; }
  // Throws nothing: the caller checks is_old_protocol() first and throws NotProtocolV2.
  Result<Capabilities> finish();

 private:
  enum class State { start, after_service, version, capabilities, complete, old_protocol };
  Result<void> take(const Packet& packet);
  Result<void> take_first(const Packet& packet);

  PacketReader reader_;
  Capabilities capabilities_;
  State state_ = State::start;
  std::size_t bytes_ = 0;
};

// The capability lines that open every command: our agent and the object format, each only if the server knows them.
void write_client_capabilities(PacketWriter& out, const Capabilities& server);

}  // namespace eka::git
