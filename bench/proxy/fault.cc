#include "proxy/fault.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"

namespace eka::proxy {

const char* const fault_manual =
    R"(Faults: KIND[:KEY=VALUE,...]. The first one that applies to a request is injected.
  refuse        refuse connections; every=MS: only for this time after the start
  reset         reset the connection           at=N or body=N: after N bytes
  stall         stop sending, keep open        (at: of the response including its head,
  truncate      close the connection           body: of the response body);
  trickle       send one byte every=MS (1000)  up: of the request instead
  corrupt       invert the bits of byte N
  status        send a status instead of the response: code=N, retry-after=SECONDS, location=URL
  answer        send the content of file=PATH, including the head, instead of the response
  endless-refs  send an endless list of refs
Requests (or connections, if the protocol is not HTTP) that a fault applies to:
  about=TEXT    TEXT occurs in the first line or in the first bytes of the body (repeatable)
  from=N        skip the first N-1 of them
  times=K       only K of them
  connections=K only on the first K connections
Requests with a fault are forwarded as HTTP/1.0, so that responses are not chunked.
)";

namespace {

struct KindName {
  std::string_view name;
  Fault::Kind kind;
};
constexpr KindName kinds[] = {
    {"refuse", Fault::Kind::refuse},   {"reset", Fault::Kind::reset},       {"stall", Fault::Kind::stall},
    {"trickle", Fault::Kind::trickle}, {"truncate", Fault::Kind::truncate}, {"corrupt", Fault::Kind::corrupt},
    {"status", Fault::Kind::status},   {"answer", Fault::Kind::answer},     {"endless-refs", Fault::Kind::endless_refs},
};

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(Kind::usage, "invalid fault \"" + std::string(text) + "\": " + why).with_hint("see eka-proxy --help");
}

std::uint64_t number(std::string_view whole, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) refuse(whole, std::string(text) + " is not a number");
  return value;
}

void set(Fault& fault, std::string_view whole, std::string_view key, std::string_view value) {
  if (key == "about") {
    fault.about.emplace_back(value);
  } else if (key == "from") {
    fault.from = number(whole, value);
  } else if (key == "times") {
    fault.times = number(whole, value);
  } else if (key == "connections") {
    fault.connections = number(whole, value);
  } else if (key == "at" || key == "body") {
    fault.at = number(whole, value);
    fault.in_body = key == "body";
  } else if (key == "up") {
    fault.direction = Fault::Direction::up;
  } else if (key == "every") {
    fault.every = std::chrono::milliseconds(number(whole, value));
  } else if (key == "code") {
    fault.code = static_cast<int>(number(whole, value));
  } else if (key == "retry-after") {
    fault.headers += "Retry-After: " + std::string(value) + "\r\n";
  } else if (key == "location") {
    fault.headers += "Location: " + std::string(value) + "\r\n";
  } else if (key == "file") {
    fault.file = value;
  } else {
    refuse(whole, "unknown key " + std::string(key));
  }
}

}  // namespace

Fault Fault::parse(std::string_view text) {
  Fault fault;
  const auto colon = std::min(text.find(':'), text.size());
  const auto* const kind = std::ranges::find(kinds, text.substr(0, colon), &KindName::name);
  if (kind == std::end(kinds)) refuse(text, "unknown kind");
  fault.kind = kind->kind;
  if (fault.kind == Kind::refuse) fault.every = std::chrono::milliseconds(0);
  for (std::string_view rest = text.substr(std::min(colon + 1, text.size())); !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view word = rest.substr(0, comma);
    const auto equals = std::min(word.find('='), word.size());
    set(fault, text, word.substr(0, equals), word.substr(std::min(equals + 1, word.size())));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (fault.kind == Kind::status && (fault.code < 100 || fault.code > 999)) refuse(text, "code must be 100 to 999");
  if (fault.kind == Kind::answer && fault.file.empty()) refuse(text, "missing file");
  return fault;
}

FaultPlan::FaultPlan(std::vector<Fault> faults) {
  for (Fault& fault : faults) entries_.push_back({std::move(fault)});
}

std::optional<Fault> FaultPlan::next(const Occasion& occasion) {
  for (Entry& entry : entries_) {
    const Fault& fault = entry.fault;
    if (fault.kind == Fault::Kind::refuse || occasion.connection > fault.connections) continue;
    const bool meant = std::ranges::all_of(fault.about, [&](const std::string& text) {
      return occasion.first_line.contains(text) || occasion.body_start.contains(text);
    });
    if (!meant) continue;
    ++entry.seen;
    if (entry.seen < fault.from || entry.seen - fault.from >= fault.times) continue;
    ++happened_;
    return fault;
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> FaultPlan::refuses() const {
  for (const Entry& entry : entries_) {
    if (entry.fault.kind == Fault::Kind::refuse) return entry.fault.every;
  }
  return std::nullopt;
}

// The number of bytes that belong to the head. It ends with an empty line, which may be split between two calls.
std::size_t Cutter::skip_head(std::string_view bytes) {
  const std::string seen = head_end_ + std::string(bytes);
  const auto end = seen.find("\r\n\r\n");
  if (end == std::string::npos) {
    head_end_ = seen.substr(seen.size() - std::min<std::size_t>(seen.size(), 3));
    return bytes.size();
  }
  place_ = Place::counting;
  return end + 4 - head_end_.size();
}

Cutter::Verdict Cutter::take(std::string bytes) {
  const std::size_t head = place_ == Place::head ? skip_head(bytes) : 0;
  if (place_ != Place::counting) return {std::move(bytes), Then::go_on, {}};
  const std::uint64_t counted = bytes.size() - head;
  const std::uint64_t before = std::exchange(seen_, seen_ + counted);
  // A cut after the last byte is made now, because there may be no further data.
  const bool here = fault_.kind == Fault::Kind::corrupt ? fault_.at < before + counted : fault_.at <= before + counted;
  if (!here) return {std::move(bytes), Then::go_on, {}};
  place_ = Place::done;
  const std::size_t cut = head + static_cast<std::size_t>(fault_.at - before);
  if (fault_.kind == Fault::Kind::corrupt) {
    bytes[cut] = static_cast<char>(~bytes[cut]);
    return {std::move(bytes), Then::go_on, {}};
  }
  std::string rest = bytes.substr(cut);
  bytes.resize(cut);
  switch (fault_.kind) {
    case Fault::Kind::stall:
      return {std::move(bytes), Then::stall, {}};
    case Fault::Kind::truncate:
      return {std::move(bytes), Then::close, {}};
    case Fault::Kind::trickle:
      return {std::move(bytes), Then::trickle, std::move(rest)};
    default:
      return {std::move(bytes), Then::reset, {}};
  }
}

}  // namespace eka::proxy
