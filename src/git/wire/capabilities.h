// The capabilities that a server advertises in response to the handshake of protocol v2.
//
//   [# service=git-upload-pack, flush]     sent first by some smart HTTP servers
//   version 2
//   agent=git/2.39.5
//   ls-refs=unborn
//   fetch=shallow wait-for-done filter
//   object-format=sha1
//   flush
//
// Anything else instead of "version 2" means that the server has ignored "Git-Protocol: version=2" and sent the ref
// advertisement of protocol v0 or v1.
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
  // One capability per line, in the format of `text()` (which HostFacts stores).
  static Capabilities from_text(std::string_view lines);
  std::string text() const;
  // What all servers of protocol v2 in use support: enough to list refs, and to fetch without a filter.
  static Capabilities presumed();
  bool is_presumed() const { return presumed_; }

  void add(std::string line) { lines_.push_back(std::move(line)); }
  bool empty() const { return lines_.empty(); }

  // The value of `name=value`; empty for a capability without a value; nullopt if it was not advertised.
  std::optional<std::string_view> value(std::string_view name) const;
  bool has(std::string_view name) const { return value(name).has_value(); }
  // Whether `feature` is one of the space-separated words of capability `name`: feature("fetch", "shallow").
  bool feature(std::string_view name, std::string_view feature) const;

  // An error if the object ids of the repository are not SHA-1, or if the server lacks a required command.
  Result<void> usable() const;

 private:
  std::vector<std::string> lines_;
  bool presumed_ = false;
};

// Thrown when a server responds to the handshake in protocol v0 or v1. A separate type, so that the caller can use
// those protocols instead.
class NotProtocolV2 : public Error {
 public:
  NotProtocolV2();
};

// Parses the response to the handshake as it arrives. Call feed() until the end, then finish().
class AdvertisementParser {
 public:
  Result<void> feed(std::string_view bytes);
  // True when the last packet has been read; feeding more is an error.
  bool complete() const { return state_ == State::complete; }
  // The server responded in an older protocol. Further input is ignored.
  bool is_old_protocol() const { return state_ == State::old_protocol; }
  // Does not report old protocols: the caller must check is_old_protocol() and throw NotProtocolV2.
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

// Writes the capability lines that start every command: agent and object format, each only if the server supports it.
void write_client_capabilities(PacketWriter& out, const Capabilities& server);

}  // namespace eka::git
