// The ls-refs command: creates requests and parses responses as they arrive.
//
//   <id or "unborn"> SP <name> [SP symref-target:<name>] [SP peeled:<id>] LF     … then a flush
//
// Prefixes are a hint to the server, which may list more. Refs that were not requested are discarded while parsing, so
// that memory usage depends only on those that were.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "git/wire/capabilities.h"
#include "git/wire/pkt_line.h"
#include "git/wire/ref.h"

namespace eka::git {

// Without prefixes, requests all refs.
std::string ls_refs_request(const Capabilities& server, std::span<const std::string> prefixes);

bool matches_any(std::string_view name, std::span<const std::string> prefixes);

// The same for many names: the time for each grows with the logarithm of the number of prefixes.
class RefPrefixes {
 public:
  explicit RefPrefixes(std::vector<std::string> prefixes);
  bool match(std::string_view name) const;

 private:
  std::vector<std::string> prefixes_;  // sorted; none is a prefix of another
};

struct LsRefsLimits {
  std::size_t refs = 1'000'000;                // refs that are kept
  std::size_t bytes = std::size_t{256} << 20;  // of the whole response
};

class LsRefsParser {
 public:
  explicit LsRefsParser(std::vector<std::string> prefixes, LsRefsLimits limits = {});

  Result<void> feed(std::string_view bytes);
  bool complete() const { return complete_; }
  // The refs, sorted by name; an error if the response is incomplete.
  Result<std::vector<Ref>> finish() &&;

 private:
  Result<void> take(const Packet& packet);
  Result<void> take_line(std::string_view line);

  RefPrefixes prefixes_;
  LsRefsLimits limits_;
  PacketReader reader_;
  std::vector<Ref> refs_;
  std::size_t bytes_ = 0;
  bool complete_ = false;
};

}  // namespace eka::git
