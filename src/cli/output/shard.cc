#include "cli/output/shard.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

constexpr std::size_t most_shards = 10'000;

// Parses decimal digits; 0 for anything else.
std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

}  // namespace

Result<Shard> Shard::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const Shard shard{number_in(text.substr(0, slash)), number_in(text.substr(slash + 1))};
    if (shard.number >= 1 && shard.number <= shard.count && shard.count <= most_shards) return shard;
  }
  return std::unexpected(
      Error(Kind::usage, fmt::format("invalid shard “{}”", printable(text, 80)))
          .with_hint(fmt::format("use K/N with 1 ≤ K ≤ N ≤ {}, such as 2/5 for the second of five", most_shards)));
}

std::string Shard::str() const {
  return fmt::format("{}/{}", number, count);
}

atom::Json Shard::json() const {
  return atom::Json::Object{{"number", std::uint64_t{number}}, {"count", std::uint64_t{count}}};
}

}  // namespace eka::cli
