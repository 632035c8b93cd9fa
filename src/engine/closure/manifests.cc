#include "engine/closure/manifests.h"

#include <algorithm>
#include <utility>

#include "engine/closure/read_atoms.h"
#include "engine/context/context.h"

namespace eka::engine {

coro::Task<std::map<Published, Error>> Manifests::read_missing(const std::vector<Published>& atoms) {
  const auto turn = co_await turn_.acquire();
  std::vector<Published> missing;
  std::ranges::copy_if(atoms, std::back_inserter(missing), [&](const auto& atom) { return !known_.contains(atom); });
  std::map<Published, Error> failures;
  if (missing.empty()) co_return failures;
  auto read = co_await read_atoms(context_, missing, WithLock::no);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (read[i]) {
      auto manifest = std::make_shared<const atom::Manifest>(std::move(read[i]->manifest));
      known_.emplace(std::move(missing[i]), KnownManifest{read[i]->tree, std::move(manifest)});
    } else {
      failures.emplace(std::move(missing[i]), std::move(read[i]).error());
    }
  }
  co_return failures;
}

coro::Task<std::vector<Result<KnownManifest>>> Manifests::read(std::vector<Published> atoms) {
  const auto failures = co_await read_missing(atoms);
  std::vector<Result<KnownManifest>> out;
  out.reserve(atoms.size());
  for (const auto& atom : atoms) {
    const auto found = known_.find(atom);
    out.push_back(found != known_.end() ? Result<KnownManifest>(found->second) : std::unexpected(failures.at(atom)));
  }
  co_return out;
}

}  // namespace eka::engine
