#include <fmt/format.h>

#include "base/text.h"
#include "engine/doctor/checks.h"

namespace eka::engine {
namespace {

constexpr std::uint64_t much = std::uint64_t{20} << 30;

// The command that a hint has in backticks; the whole hint if it has none.
std::string command_in(const std::string& hint) {
  const auto begin = hint.find('`');
  const auto end = begin == std::string::npos ? begin : hint.find('`', begin + 1);
  return end == std::string::npos ? hint : hint.substr(begin + 1, end - begin - 1);
}

void add_stock(const CacheStock& stock, Findings& out) {
  const auto size = fmt::format("{} MB, the oldest data is {} days old", stock.bytes / 1'000'000, stock.oldest_days);
  if (stock.damaged > 0) {
    out.push_back({"cache", Health::warning,
                   fmt::format("{} damaged packs were set aside; their content is fetched again", stock.damaged),
                   "eka cache verify --repair && eka cache gc"});
  }
  if (stock.bytes > much) {
    out.push_back({"cache", Health::note, size, "eka cache gc --older-than 30d"});
  } else if (stock.bytes > 0) {
    out.push_back({"cache", Health::good, size, ""});
  }
}

}  // namespace

Findings check_cache(const Machine& machine, const std::filesystem::path& root) {
  const auto shown = printable(root.native());
  const auto trusted = machine.trusted_cache(root);
  if (!trusted) return {{"cache", Health::broken, trusted.error().message(), command_in(trusted.error().hint())}};
  Findings out;
  if (const auto obstacle = machine.obstacle_to_writing(*trusted); !obstacle.empty()) {
    out.push_back({"cache", Health::warning, fmt::format("the cache cannot be written: {}", printable(obstacle)),
                   "export EKA_CACHE_ROOT=<a directory that you may write>"});
  } else if (machine.status(*trusted)) {
    out.push_back({"cache", Health::good, fmt::format("{} belongs to this user", shown), ""});
  } else {
    out.push_back({"cache", Health::good, fmt::format("{} does not exist yet", shown), ""});
  }
  if (const auto stock = machine.cache_stock(*trusted)) add_stock(*stock, out);
  constexpr std::uint64_t little = std::uint64_t{1} << 30;
  if (const auto free = machine.free_bytes(*trusted); free && *free < little) {
    out.push_back({"cache", Health::warning,
                   fmt::format("{} MB are free for the cache at {}", *free / 1'000'000, shown),
                   "eka cache gc --older-than 7d"});
  }
  return out;
}

}  // namespace eka::engine
