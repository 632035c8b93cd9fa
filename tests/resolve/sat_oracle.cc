#include "tests/resolve/sat_oracle.h"

#ifdef EKA_WITH_CADICAL
#include <cadical.hpp>
#endif

namespace eka::tests {

#ifdef EKA_WITH_CADICAL

// One variable per version; at most one version of each package; a selected version implies, for each dependency, one
// of the matching versions.
std::optional<bool> is_satisfiable(const bench::Universe& universe) {
  CaDiCaL::Solver solver;
  solver.set("quiet", 1);
  std::vector<int> first;
  int variables = 0;
  for (std::size_t p = 0; p < universe.package_count(); ++p) {
    first.push_back(variables + 1);
    variables += static_cast<int>(universe.versions(static_cast<resolve::PackageId>(p))->list.size());
  }
  const auto variable = [&](std::size_t package, std::size_t version) {
    return first[package] + static_cast<int>(version);
  };
  const auto demand = [&](int unless, const std::vector<resolve::Dependency>& needs) {
    for (const resolve::Dependency& need : needs) {
      if (unless != 0) solver.add(unless);
      const auto& list = universe.versions(need.package)->list;
      for (std::size_t v = 0; v < list.size(); ++v) {
        if (need.requirement.matches(list[v])) solver.add(variable(static_cast<std::size_t>(need.package), v));
      }
      solver.add(0);
    }
  };
  for (std::size_t p = 0; p < universe.package_count(); ++p) {
    const auto id = static_cast<resolve::PackageId>(p);
    const std::size_t count = universe.versions(id)->list.size();
    for (std::size_t v = 0; v < count; ++v) {
      for (std::size_t w = 0; w < v; ++w) {
        solver.add(-variable(p, v));
        solver.add(-variable(p, w));
        solver.add(0);
      }
      const resolve::Manifest& manifest = *universe.manifest(id, v);
      if (!manifest.unusable_because.empty()) {
        solver.add(-variable(p, v));
        solver.add(0);
      }
      demand(-variable(p, v), manifest.dependencies);
    }
  }
  demand(0, universe.request.root);
  return solver.solve() == 10;
}

#else

std::optional<bool> is_satisfiable(const bench::Universe&) {
  return std::nullopt;
}

#endif

}  // namespace eka::tests
