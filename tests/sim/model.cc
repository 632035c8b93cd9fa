#include "tests/sim/model.h"

#include <deque>

#include <fmt/format.h>

#include "tests/sim/evaluator.h"

namespace eka::sim {

const Release* meant(const World& world, std::size_t set, const std::string& label, unsigned major) {
  return world.highest(set, label, major, world.releases.size());
}

namespace {

// What `need` is bound to for whoever plans `root`.
const Release* bound(const World& world, const Release& root, const Need& need) {
  if (root.locked) return &world.releases[root.lock.at({need.set, need.label})];
  const auto major = static_cast<unsigned>(std::stoul(need.requirement.substr(1)));
  return world.highest(need.set, need.label, major, world.releases.size());
}

}  // namespace

std::set<const Release*> closure(const World& world, const Release& root) {
  std::set<const Release*> seen{&root};
  std::deque<const Release*> open{&root};
  for (; !open.empty(); open.pop_front()) {
    for (const auto& need : open.front()->all_needs()) {
      const auto* release = bound(world, root, need);
      if (seen.insert(release).second) open.push_back(release);
    }
  }
  seen.erase(&root);
  return seen;
}

std::string derivation(const World& world, const Release& root) {
  std::map<const Release*, std::size_t> numbers{{&root, 0}};
  std::deque<const Release*> open{&root};
  std::string out;
  const auto number = [&](const Need& need) {
    const auto* release = bound(world, root, need);
    const auto [place, fresh] = numbers.try_emplace(release, numbers.size());
    if (fresh) open.push_back(release);
    return place->second;
  };
  for (; !open.empty(); open.pop_front()) {
    const auto& release = *open.front();
    out += fmt::format("{} {} {}", release.label, release.version(), release.marker);
    if (release.composer) out += fmt::format(" by {}", number(*release.composer));
    std::map<std::string, Need> sorted;
    for (const auto& need : release.needs) sorted[world.sets[need.set].name + "." + need.label] = need;
    for (const auto& [name, need] : sorted) out += fmt::format(" {}={}", name, number(need));
    if (release.source) out += fmt::format(" src:{}", world.sources[*release.source].marker);
    out += "\n";
  }
  return derivation_path(out);
}

}  // namespace eka::sim
