#include "engine/maintain/known.h"

#include <algorithm>

#include "git/config/user_config.h"
#include "store/disk/cache_owner.h"
#include "store/disk/places.h"

namespace eka::engine {
namespace {

std::vector<store::KnownSet> read(const std::filesystem::path& root) {
  try {
    return store::known_sets(store::Places(store::trusted_cache_root(root)).database());
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

KnownSets::KnownSets(const std::filesystem::path& root) : sets_(read(root)) {}

const store::KnownSet* KnownSets::at(const atom::Url& url) const {
  const auto reached = git::UserConfig::load().rewritten(url).str();
  const auto found = std::ranges::find(sets_, reached, &store::KnownSet::url);
  return found == sets_.end() ? nullptr : &*found;
}

}  // namespace eka::engine
