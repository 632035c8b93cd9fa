// Faults that the proxy injects.
//
// A fault is written KIND[:KEY=VALUE,…]; `fault_manual` documents them. The first fault that applies to a request (or
// to a connection whose protocol is not HTTP) is injected.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::proxy {

extern const char* const fault_manual;

struct Fault {
  enum class Kind { refuse, reset, stall, trickle, truncate, corrupt, status, answer, endless_refs };
  enum class Direction { down, up };

  Kind kind = Kind::reset;

  // Which requests it applies to.
  std::vector<std::string> about;  // strings that must all occur in the request's first line or at the start of its
                                   // body
  std::uint64_t from = 1;          // the number (from 1) of the first matching request that it affects
  std::uint64_t times = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t connections = std::numeric_limits<std::uint64_t>::max();  // only the first N connections

  // Effect.
  Direction direction = Direction::down;
  std::uint64_t at = 0;                   // after this many bytes, or at this byte (from 0)
  bool in_body = false;                   // counted from the start of the response body, not of its head
  std::chrono::milliseconds every{1000};  // trickle: between bytes; refuse: duration (0: forever)
  int code = 0;                           // status
  std::string headers;                    // status: additional headers, each with its line end
  std::string file;                       // answer: contains the response

  // Throws Error(Kind::usage).
  static Fault parse(std::string_view text);
  bool answers() const { return kind == Kind::status || kind == Kind::answer || kind == Kind::endless_refs; }
};

// A request to which faults may apply; only the number is known of a connection that is not HTTP.
struct Occasion {
  std::uint64_t connection = 1;
  std::string_view first_line = {};
  std::string_view body_start = {};
};

class FaultPlan {
 public:
  explicit FaultPlan(std::vector<Fault> faults);

  // The fault to inject; counts it as injected.
  std::optional<Fault> next(const Occasion& occasion);
  // If set, connections are refused for this time; 0: forever.
  std::optional<std::chrono::milliseconds> refuses() const;
  std::uint64_t happened() const { return happened_; }

 private:
  struct Entry {
    Fault fault;
    std::uint64_t seen = 0;
  };
  std::vector<Entry> entries_;
  std::uint64_t happened_ = 0;
};

// A fault applied to one stream of bytes.
class Cutter {
 public:
  explicit Cutter(const Fault& fault) : fault_(fault), place_(fault.in_body ? Place::head : Place::counting) {}

  enum class Then { go_on, reset, close, stall, trickle };
  struct Verdict {
    std::string pass;  // pass these on …
    Then then;         // … then do this …
    std::string rest;  // … with these
  };
  Verdict take(std::string bytes);

 private:
  enum class Place { head, counting, done };
  std::size_t skip_head(std::string_view bytes);

  Fault fault_;
  Place place_;
  std::string head_end_;  // the last bytes of the head seen so far
  std::uint64_t seen_ = 0;
};

}  // namespace eka::proxy
