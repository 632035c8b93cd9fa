#include "engine/plan/overrides.h"

#include <algorithm>

#include <fmt/format.h>

namespace eka::engine {
namespace {

bool is_of(const Replacement& override, const atom::LockedAtom& locked) {
  return locked.set == override.atom.set && locked.label == override.atom.label;
}

}  // namespace

coro::Task<Overrides> Overrides::find(Context& context, const std::vector<Wanted>& items) {
  std::vector<Wanted> wanted;
  for (const auto& item : items) {
    for (const auto& override : item.overrides) {
      const bool known = std::ranges::find(wanted, override.typed, &Wanted::typed) != wanted.end();
      if (!known) wanted.push_back(override);
    }
  }
  Overrides out;
  if (wanted.empty()) co_return out;
  std::vector<Times> times(wanted.size());
  auto roots = co_await find_roots(context, wanted, times);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto root = std::move(roots[i]);
    if (!root) throw std::move(root).error().within("looking up the override " + wanted[i].typed);
    Replacement override{root->published, std::move(root->atom.manifest), root->set_directory, wanted[i].typed};
    out.found_.emplace(wanted[i].typed, std::move(override));
  }
  co_return out;
}

std::vector<const Replacement*> Overrides::for_atom(const Wanted& item, const ReadAtom& atom) const {
  std::vector<const Replacement*> out;
  bool some = !atom.lock;
  for (const auto& override : item.overrides) {
    const auto& found = found_.at(override.typed);
    // An atom does not override itself.
    if (found.atom.set == atom.published.set && found.atom.label == atom.published.label) continue;
    out.push_back(&found);
    some = some || std::ranges::any_of(atom.lock->atoms, [&](const auto& locked) { return is_of(found, locked); });
  }
  return some ? out : std::vector<const Replacement*>{};
}

std::vector<Overridden> Overrides::used(const std::vector<const Replacement*>& overrides, const atom::Lock& lock) {
  std::vector<Overridden> out;
  for (const auto* override : overrides) {
    const auto there = [&](const auto& locked) { return is_of(*override, locked) && locked.rev == override->atom.rev; };
    if (std::ranges::any_of(lock.atoms, there)) {
      out.push_back({override->atom.label, override->atom.version, override->from});
    }
  }
  return out;
}

}  // namespace eka::engine
