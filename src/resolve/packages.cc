#include "resolve/packages.h"

#include <algorithm>
#include <functional>

namespace eka::resolve {
namespace {

constexpr Slot no_slot = ~Slot{0};

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  seed ^= value + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2);
  return seed * 0xff51afd7ed558ccd;
}

std::uint64_t hash(Slot slot, const atom::Requirement& requirement) {
  std::uint64_t seed = slot;
  for (const atom::Comparator& c : requirement.comparators()) {
    seed = mix(seed, static_cast<std::uint64_t>(c.op));
    seed = mix(seed, c.major);
    seed = mix(seed, c.minor ? *c.minor + 1 : 0);
    seed = mix(seed, c.patch ? *c.patch + 1 : 0);
    if (!c.pre_release.empty()) seed = mix(seed, std::hash<std::string>{}(c.pre_release));
  }
  return seed;
}

}  // namespace

Packages::Packages(const Facts& facts, const std::vector<Dependency>& root, const std::vector<Preference>& locked)
    : facts_(facts) {
  static const Versions one{{atom::Version(0, 0, 0)}, {}};
  entries_.push_back({PackageId{}, &one, VersionSet::absent, false});
  for (const Dependency& dependency : root) root_names_[dependency.package] = true;
  for (const Preference& preference : locked) locked_.emplace(preference.package, preference.version);
}

std::optional<Slot> Packages::find(PackageId package) const {
  const auto index = static_cast<std::size_t>(package);
  if (index >= slot_by_id_.size() || slot_by_id_[index] == no_slot) return std::nullopt;
  return slot_by_id_[index];
}

std::optional<Slot> Packages::find_or_add(PackageId package) {
  if (const auto slot = find(package)) return slot;
  const Versions* versions = facts_.versions(package);
  if (versions == nullptr) return std::nullopt;
  Entry entry{package, versions, VersionSet::absent, root_names_.contains(package)};
  if (const auto it = locked_.find(package); it != locked_.end()) {
    const auto place = std::lower_bound(versions->list.begin(), versions->list.end(), it->second);
    if (place != versions->list.end() && *place == it->second) {
      entry.locked = static_cast<VersionSet::Member>(place - versions->list.begin()) + 1;
    }
  }
  const auto index = static_cast<std::size_t>(package);
  if (index >= slot_by_id_.size()) slot_by_id_.resize(std::max(index + 1, 2 * slot_by_id_.size()), no_slot);
  slot_by_id_[index] = count();
  entries_.push_back(entry);
  return slot_by_id_[index];
}

std::optional<VersionSet::Member> Packages::locked(Slot slot) const {
  if (entries_[slot].locked == VersionSet::absent) return std::nullopt;
  return entries_[slot].locked;
}

const atom::Version* Packages::locked_version(PackageId package) const {
  const auto it = locked_.find(package);
  return it == locked_.end() ? nullptr : &it->second;
}

std::uint32_t Packages::wanted(Slot slot, const Dependency& dependency) {
  const std::uint64_t key = hash(slot, dependency.requirement);
  const auto [first, last] = wanted_by_hash_.equal_range(key);
  for (auto it = first; it != last; ++it) {
    const Wanted& known = wanted_[it->second];
    const bool same =
        known.dependency->requirement == dependency.requirement && known.dependency->counted == dependency.counted;
    if (known.slot == slot && same) return it->second;
  }
  const std::vector<atom::Version>& list = versions(slot).list;
  VersionSet unwanted = VersionSet::all(version_count(slot) + 1);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (dependency.admits(list[i], i)) unwanted.erase(static_cast<VersionSet::Member>(i + 1));
  }
  wanted_.push_back({slot, &dependency, std::move(unwanted)});
  const auto number = static_cast<std::uint32_t>(wanted_.size() - 1);
  wanted_by_hash_.emplace(key, number);
  return number;
}

}  // namespace eka::resolve
