#include "engine/doctor/doctor.h"

#include <algorithm>
#include <iterator>

#include "engine/doctor/checks.h"
#include "engine/doctor/real_machine.h"

namespace eka::engine {

coro::Task<Findings> examine(coro::Pool& pool, std::filesystem::path cache_root) {
  co_return co_await coro::offload(pool, [&](coro::Stop stop) {
    const RealMachine machine;
    Findings out;
    for (auto* const check : {check_nix, check_store, check_builds, check_namespaces, check_confinement, check_cgroups,
                              check_git, check_certificates, check_proxies, check_logins}) {
      stop.check();
      std::ranges::move(check(machine), std::back_inserter(out));
    }
    std::ranges::move(check_cache(machine, cache_root), std::back_inserter(out));
    return out;
  });
}

bool is_broken(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) { return finding.health == Health::broken; });
}

}  // namespace eka::engine
