#include "engine/plan/overrides.h"

#include <algorithm>

#include <fmt/format.h>

namespace eka::engine {
namespace {

bool is_of(const Replacement& override, const atom::LockedAtom& locked) {
  return locked.set == override.atom.set && locked.label == override.atom.label;
}

// Those that `lock` contains.
std::vector<Overridden> used_in(const atom::Lock& lock, const std::vector<const Replacement*>& overrides) {
  std::vector<Overridden> out;
  for (const auto* override : overrides) {
    const auto there = [&](const auto& locked) { return is_of(*override, locked) && locked.rev == override->atom.rev; };
    if (std::ranges::any_of(lock.atoms, there)) {
      out.push_back({override->atom, override->from});
    }
  }
  return out;
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

// If the atom has a lock, at least one of them must be in it, else all are returned.
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

coro::Task<std::vector<Overridden>> Overrides::complete(Context& context, const Wanted& item, Root& root,
                                                        Times& times) {
  const auto overrides = for_atom(item, root.atom);
  co_await complete_lock(context, item.typed, root, times, overrides);
  std::vector<Overridden> out;
  if (root.atom.lock) out = used_in(*root.atom.lock, overrides);
  for (const auto& [atom, from] : out) {
    if (told_.insert(from).second)
      context.observer.note(fmt::format("override {}: using {}", from, atom.version.str()));
  }
  co_return out;
}

void Overrides::tell_unused(Context& context, const std::vector<Wanted>& items) {
  for (const auto& item : items) {
    for (const auto& override : item.overrides) {
      if (!told_.insert(override.typed).second) continue;
      context.observer.note(fmt::format("override {} is not used: none of the atoms depends on it", override.typed));
    }
  }
}

}  // namespace eka::engine
