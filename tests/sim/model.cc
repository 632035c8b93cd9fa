#include "tests/sim/model.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "tests/sim/outside/evaluator.h"

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

// The one of `with` that `need` is bound to, or the root itself.
const Release* among(const Closure& with, const Release& root, const Need& need) {
  const auto is_meant = [&](const Release* release) {
    return release->set == need.set && release->label == need.label;
  };
  const auto found = std::ranges::find_if(with, is_meant);
  if (found != with.end()) return *found;
  return is_meant(&root) ? &root : nullptr;
}

}  // namespace

Closure closure(const World& world, const Release& root) {
  Closure seen{&root};
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

bool fits(const World& world, const Release& root, const Closure& with) {
  if (root.locked && with != closure(world, root)) return false;
  Closure seen{&root};
  std::deque<const Release*> open{&root};
  for (; !open.empty(); open.pop_front()) {
    for (const auto& need : open.front()->all_needs()) {
      const auto* release = among(with, root, need);
      if (release == nullptr) return false;
      if (!root.locked && need.requirement != fmt::format("^{}", release->major)) return false;
      if (seen.insert(release).second) open.push_back(release);
    }
  }
  seen.erase(&root);
  return seen == with;
}

std::set<std::size_t> reachable_sets(const World& world, std::size_t set) {
  std::set<std::size_t> seen{set};
  std::deque<std::size_t> open{set};
  for (; !open.empty(); open.pop_front()) {
    for (const auto& release : world.releases) {
      if (release.set != open.front()) continue;
      for (const auto& need : release.all_needs()) {
        if (seen.insert(need.set).second) open.push_back(need.set);
      }
    }
  }
  return seen;
}

std::string derivation(const World& world, const Release& root, const Closure& with) {
  std::map<const Release*, std::size_t> numbers{{&root, 0}};
  std::deque<const Release*> open{&root};
  std::string out;
  const auto number = [&](const Need& need) {
    const auto* release = among(with, root, need);
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
