// The packages discovered so far, numbered in the order of discovery, and requirements on them as version sets.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "resolve/facts.h"
#include "resolve/incompatibility.h"
#include "resolve/version_set.h"

namespace eka::resolve {

struct Preference {
  PackageId package{};
  atom::Version version;
};

class Packages {
 public:
  Packages(const Facts& facts, const std::vector<Dependency>& root, const std::vector<Preference>& locked);

  // nullopt: its versions are not available yet.
  std::optional<Slot> find_or_add(PackageId package);
  std::optional<Slot> find(PackageId package) const;
  std::uint32_t count() const { return static_cast<std::uint32_t>(entries_.size()); }

  PackageId id(Slot slot) const { return entries_[slot].id; }  // not of the root
  const Versions& versions(Slot slot) const { return *entries_[slot].versions; }
  std::uint32_t version_count(Slot slot) const { return static_cast<std::uint32_t>(versions(slot).list.size()); }
  std::optional<VersionSet::Member> locked(Slot slot) const;
  const atom::Version* locked_version(PackageId package) const;
  bool is_named_by_root(Slot slot) const { return entries_[slot].named_by_root; }

  // The number of a dependency on a package; dependencies with the same requirement and acceptable versions have the
  // same number. `dependency` must keep its address.
  std::uint32_t wanted(Slot slot, const Dependency& dependency);
  const Dependency& dependency(std::uint32_t wanted) const { return *wanted_[wanted].dependency; }
  // The members that do not satisfy the dependency.
  const VersionSet& unwanted_set(std::uint32_t wanted) const { return wanted_[wanted].unwanted; }

 private:
  struct Entry {
    PackageId id;
    const Versions* versions;
    VersionSet::Member locked;  // absent: none
    bool named_by_root;
  };
  struct Wanted {
    Slot slot;
    const Dependency* dependency;
    VersionSet unwanted;
  };

  const Facts& facts_;
  std::vector<Entry> entries_;
  std::vector<Slot> slot_by_id_;
  std::unordered_map<PackageId, atom::Version> locked_;
  std::unordered_map<PackageId, bool> root_names_;
  std::vector<Wanted> wanted_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> wanted_by_hash_;
};

}  // namespace eka::resolve
