#include "solve/against_libsolv.h"

#include <algorithm>

namespace eka::bench {

LibsolvProblem::LibsolvProblem(const Universe& universe) {
  const auto translate = [&](const std::vector<resolve::Dependency>& dependencies) {
    Version out;
    for (const resolve::Dependency& d : dependencies) {
      Requirement requirement{static_cast<std::size_t>(d.package), {}};
      const auto& list = universe.versions(d.package)->list;
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (!d.requirement.matches(list[i])) continue;
        auto& ranges = requirement.ranges;
        if (!ranges.empty() && ranges.back().high == i) {
          ranges.back().high = i + 1;
        } else {
          ranges.push_back({i + 1, i + 1});
        }
      }
      out.push_back(std::move(requirement));
    }
    return out;
  };
  std::size_t most = 1;
  for (std::size_t p = 0; p < universe.package_count(); ++p) {
    const auto id = static_cast<resolve::PackageId>(p);
    Package package{universe.name(id), {}};
    const std::size_t count = universe.versions(id)->list.size();
    for (std::size_t i = 0; i < count; ++i) {
      package.versions.push_back(translate(universe.manifest(id, i)->dependencies));
    }
    most = std::max(most, count);
    packages_.push_back(std::move(package));
  }
  for (std::size_t rank = 0; rank <= most; ++rank) ranks_.push_back(std::to_string(rank));
  root_ = translate(universe.request.root);
}

}  // namespace eka::bench
