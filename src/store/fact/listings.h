// Since when the versions of atoms are listed at a URL, as far as this machine has observed it.
//
// A listed version was published after the last answer that did not list it. Unlike the date of a commit, which whoever
// makes it can choose, that cannot be forged.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"
#include "store/fact/database.h"

namespace eka::store {

struct Listing {
  using Time = std::chrono::sys_seconds;
  Time answered{};  // the last time
  // When the remote last answered without listing the version; the epoch if that never happened.
  std::map<atom::Version, Time> versions{};
};

// Used on the reactor; does not suspend.
class Listings {
 public:
  explicit Listings(Database& database) : database_(database) {}

  // For each label, in the given order, what is known of the remote at the URL.
  std::vector<Listing> get(const atom::Url& reached_at, const atom::ObjectId& genesis,
                           const std::vector<atom::Label>& labels);
  // Adds what the remote has just answered: all versions of each label. The time of an answer that lists nothing new is
  // not stored if that of an earlier one is less than an hour before it.
  using Versions = std::map<atom::Label, std::vector<atom::Version>>;
  void add(const atom::Url& reached_at, const atom::ObjectId& genesis, const Versions& listed, Listing::Time now);

 private:
  Database& database_;
};

// Values of Fact::listed. Unreadable lines are skipped.
Listing read_listing(std::string_view text);
std::string write_listing(const Listing& listing);

}  // namespace eka::store
