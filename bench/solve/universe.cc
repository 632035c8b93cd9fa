#include "solve/universe.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace eka::bench {

using resolve::Dependency;
using resolve::Manifest;
using resolve::PackageId;

PackageId Universe::intern(std::string_view label) {
  const auto [it, is_new] = by_label_.try_emplace(std::string(label), static_cast<PackageId>(packages_.size()));
  if (is_new) packages_.push_back({std::string(label), {}, {}});
  return it->second;
}

void Universe::publish(PackageId package, std::vector<std::pair<atom::Version, Manifest>> versions) {
  std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Package& entry = packages_[static_cast<std::size_t>(package)];
  for (auto& [version, manifest] : versions) {
    if (!entry.versions.list.empty() && entry.versions.list.back() == version) {
      throw Error(Kind::usage, title + ": " + entry.label + " has version " + version.str() + " twice");
    }
    entry.versions.list.push_back(version);
    entry.manifests.push_back(std::move(manifest));
  }
}

void Universe::explain_absence(PackageId package, std::string why) {
  packages_[static_cast<std::size_t>(package)].versions.none_because = std::move(why);
}

void Universe::make_unusable(PackageId package, const atom::Version& version, std::string why) {
  Package& entry = packages_[static_cast<std::size_t>(package)];
  for (std::size_t i = 0; i < entry.manifests.size(); ++i) {
    if (entry.versions.list[i] == version) entry.manifests[i].unusable_because = std::move(why);
  }
}

Selection Universe::selection(const resolve::Solved& solved) const {
  Selection out;
  for (const resolve::Selected& s : solved.selected) {
    out.emplace(at(s.package).label, at(s.package).versions.list[s.version].str());
  }
  return out;
}

std::string Universe::complaint(const resolve::Solved& solved) const {
  std::unordered_map<PackageId, std::size_t> chosen;
  for (const resolve::Selected& s : solved.selected) {
    if (!chosen.emplace(s.package, s.version).second) return name(s.package) + " is selected twice";
  }
  std::set<PackageId> reached;
  std::vector<std::pair<std::string, const std::vector<Dependency>*>> open{{"the root", &request.root}};
  while (!open.empty()) {
    const auto [who, dependencies] = open.back();
    open.pop_back();
    for (const Dependency& d : *dependencies) {
      const auto it = chosen.find(d.package);
      if (it == chosen.end()) return who + " needs " + name(d.package) + ", which is not selected";
      const atom::Version& version = at(d.package).versions.list[it->second];
      if (!d.requirement.matches(version)) {
        return who + " needs " + name(d.package) + " " + d.requirement.str() + ", and got " + version.str();
      }
      if (!at(d.package).manifests[it->second].unusable_because.empty()) {
        return name(d.package) + " " + version.str() + " is selected and unusable";
      }
      if (reached.insert(d.package).second) {
        open.emplace_back(name(d.package) + " " + version.str(), &at(d.package).manifests[it->second].dependencies);
      }
    }
  }
  for (const auto& [package, version] : chosen) {
    if (!reached.contains(package)) return name(package) + " is selected and nothing needs it";
  }
  return {};
}

}  // namespace eka::bench
