// What the cache knows about a set, for completion.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "store/fact/known.h"

namespace eka::engine {

class KnownSets {
 public:
  // Reads the database of the cache at `root`; knows nothing if there is no cache, or if others may write to it.
  // Blocks; no network, no locks, and nothing is written.
  explicit KnownSets(const std::filesystem::path& root);

  const std::vector<store::KnownSet>& all() const { return sets_; }
  // The set at `url`, after the user's insteadOf; nullptr if no earlier run asked it.
  const store::KnownSet* at(const atom::Url& url) const;

 private:
  std::vector<store::KnownSet> sets_;
};

}  // namespace eka::engine
