#include "store/fact/listings.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/take_until.h"
#include "store/fact/vouched.h"

namespace eka::store {
namespace {

constexpr std::chrono::hours precision{1};

Listing::Time read_time(std::string_view text) {
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Listing::Time(std::chrono::seconds(std::max<std::int64_t>(seconds, 0)));
}

std::string written(Listing::Time time) {
  return std::to_string(time.time_since_epoch().count());
}

std::vector<std::string> keys_of(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                 const std::vector<atom::Label>& labels) {
  std::vector<std::string> out;
  for (const auto& label : labels) out.push_back(key_at(reached_at, genesis, label));
  return out;
}

}  // namespace

std::vector<Listing> Listings::get(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                   const std::vector<atom::Label>& labels) {
  std::vector<Listing> out;
  for (const auto& value : database_.get_all(Fact::listed, keys_of(reached_at, genesis, labels))) {
    out.push_back(read_listing(value.value_or("")));
  }
  return out;
}

void Listings::add(const atom::Url& reached_at, const atom::ObjectId& genesis, const Versions& listed,
                   Listing::Time now) {
  std::vector<atom::Label> labels;
  for (const auto& [label, versions] : listed) labels.push_back(label);
  const auto known = get(reached_at, genesis, labels);
  const auto keys = keys_of(reached_at, genesis, labels);
  std::vector<std::pair<std::string, std::string>> changed;
  std::size_t next = 0;
  for (const auto& [label, versions] : listed) {
    auto listing = known[next];
    const auto before = listing.versions.size();
    for (const auto& version : versions) listing.versions.try_emplace(version, listing.answered);
    const bool is_late = now >= listing.answered + precision;
    if (is_late || listing.versions.size() != before) {
      listing.answered = std::max(listing.answered, now);
      changed.emplace_back(keys[next], write_listing(listing));
    }
    ++next;
  }
  database_.put_all(Fact::listed, changed);
}

// The time of the last answer, then one "<version> <time>" per line.
Listing read_listing(std::string_view text) {
  Listing out;
  out.answered = read_time(take_until(text, '\n'));
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    if (auto version = atom::Version::parse(line.substr(0, space)))
      out.versions.emplace(*std::move(version), read_time(line.substr(space + 1)));
  }
  return out;
}

std::string write_listing(const Listing& listing) {
  std::string out = written(listing.answered) + "\n";
  for (const auto& [version, time] : listing.versions) out += version.str() + " " + written(time) + "\n";
  return out;
}

}  // namespace eka::store
