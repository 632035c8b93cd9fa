#include "resolve/look_ahead.h"

#include <unordered_set>

namespace eka::resolve {
namespace {

class Walk {
 public:
  Walk(const Facts& facts, const Packages& packages, const PartialSolution& solution)
      : facts_(facts), packages_(packages), solution_(solution) {}

  void visit(PackageId package, std::size_t version) {
    if (seen_.insert(package).second) front_.push_back({package, version});
  }

  // A dependency of a visited version.
  void follow(const Dependency& dependency) {
    const auto slot = packages_.find(dependency.package);
    // Packages that the solver knows to be required are candidates themselves.
    if (slot && solution_.possible(*slot).is_positive()) return;
    const Versions* versions = facts_.versions(dependency.package);
    if (versions == nullptr) {
      if (seen_.insert(dependency.package).second) {
        needs_.push_back({dependency.package, std::nullopt, &dependency.requirement});
      }
      return;
    }
    const atom::Version* locked = packages_.locked_version(dependency.package);
    std::optional<std::size_t> best;
    for (std::size_t i = versions->list.size(); i-- > 0;) {
      if (slot && !solution_.possible(*slot).contains(static_cast<VersionSet::Member>(i + 1))) continue;
      if (!dependency.admits(versions->list[i], i)) continue;
      if (!best) best = i;
      if (locked == nullptr) break;
      if (*locked == versions->list[i]) best = i;
    }
    if (best) visit(dependency.package, *best);
  }

  void follow(const Manifest& manifest) {
    for (const Dependency& dependency : manifest.dependencies) follow(dependency);
  }

  void run() {
    for (; next_ < front_.size(); ++next_) {
      const auto [package, version] = front_[next_];
      if (const Manifest* manifest = facts_.manifest(package, version)) {
        follow(*manifest);
      } else {
        needs_.push_back({package, version, nullptr});
      }
    }
  }

  void want_spare(const Candidate& candidate) {
    std::uint32_t left = candidate.spare;
    const PackageId package = packages_.id(candidate.slot);
    for (std::size_t i = candidate.version; i-- > 0 && left > 0;) {
      if (!solution_.possible(candidate.slot).contains(static_cast<VersionSet::Member>(i + 1))) continue;
      --left;
      if (facts_.manifest(package, i) == nullptr) needs_.push_back({package, i, nullptr});
    }
  }

  std::vector<Need> take() { return std::move(needs_); }

 private:
  struct Visit {
    PackageId package;
    std::size_t version;
  };

  const Facts& facts_;
  const Packages& packages_;
  const PartialSolution& solution_;
  std::unordered_set<PackageId> seen_;
  std::vector<Visit> front_;
  std::size_t next_ = 0;
  std::vector<Need> needs_;
};

}  // namespace

std::vector<Need> look_ahead(const Facts& facts, const Packages& packages, const PartialSolution& solution,
                             const Manifest& root, std::span<const Candidate> candidates) {
  Walk walk(facts, packages, solution);
  for (const Candidate& candidate : candidates) {
    walk.visit(packages.id(candidate.slot), candidate.version);
    if (&candidate == candidates.data()) walk.run();  // the fact at which the solver stopped comes first
  }
  walk.follow(root);
  walk.run();
  for (const Candidate& candidate : candidates) walk.want_spare(candidate);
  return walk.take();
}

}  // namespace eka::resolve
