#include "engine/fetch/mirror_memory.h"

#include <charconv>
#include <cstdint>
#include <string>

namespace eka::engine {
namespace {

using std::chrono::system_clock;
using store::Fact;

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

// Facts: by origin, the response time in microseconds; by URL, the time of failure in seconds since 1970.
std::optional<std::chrono::microseconds> MirrorMemory::answer_time(const atom::Url& url) const {
  const auto count = number(facts_.get(Fact::answers, url.origin()));
  return count ? std::optional(std::chrono::microseconds(*count)) : std::nullopt;
}

void MirrorMemory::remember_answer(const atom::Url& url, std::chrono::microseconds time) {
  facts_.put(Fact::answers, url.origin(), std::to_string(time.count()));
  if (failed_at(url)) facts_.forget(Fact::answers, url.str());
}

std::optional<system_clock::time_point> MirrorMemory::failed_at(const atom::Url& url) const {
  const auto count = number(facts_.get(Fact::answers, url.str()));
  return count ? std::optional(system_clock::time_point(std::chrono::seconds(*count))) : std::nullopt;
}

void MirrorMemory::remember_failure(const atom::Url& url, system_clock::time_point when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch());
  facts_.put(Fact::answers, url.str(), std::to_string(seconds.count()));
}

}  // namespace eka::engine
