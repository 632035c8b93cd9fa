#include "engine/workspace/needs.h"

#include <algorithm>
#include <deque>
#include <functional>
namespace eka::engine {

std::set<atom::Label> needs_of(const atom::Manifest& manifest, const std::optional<atom::Lock>& lock,
                               const atom::ObjectId& set) {
  std::set<atom::Label> out;
  const auto is_own = [&](const atom::Tag& tag) { return manifest.sets.at(tag).local; };
  if (const auto* with = std::get_if<atom::WithAtom>(&manifest.composer); with != nullptr && is_own(with->from)) {
    out.insert(with->label);
  }
  for (const auto& [tag, atoms] : manifest.dependencies) {
    if (!is_own(tag)) continue;
    for (const auto& [label, dependency] : atoms) out.insert(label);
  }
  if (lock) {
    for (const auto& locked : lock->atoms) {
      if (locked.set == set) out.insert(locked.label);
    }
  }
  out.erase(manifest.label);
  return out;
}

std::vector<atom::Label> in_dependency_order(const Needs& needs) {
  std::vector<atom::Label> out;
  std::set<atom::Label> begun;
  const std::function<void(const atom::Label&)> visit = [&](const atom::Label& label) {
    const auto found = needs.find(label);
    if (found == needs.end() || !begun.insert(label).second) return;
    for (const auto& needed : found->second) visit(needed);
    out.push_back(label);
  };
  for (const auto& [label, needed] : needs) visit(label);
  return out;
}

std::vector<atom::Label> cycle_through(const Needs& needs, const atom::Label& start) {
  std::map<atom::Label, atom::Label> reached_from;
  for (std::deque<atom::Label> open{start}; !open.empty(); open.pop_front()) {
    const auto found = needs.find(open.front());
    if (found == needs.end()) continue;
    for (const auto& needed : found->second) {
      if (!reached_from.try_emplace(needed, open.front()).second) continue;
      if (needed != start) {
        open.push_back(needed);
        continue;
      }
      std::vector<atom::Label> out;
      for (auto at = open.front(); at != start; at = reached_from.at(at)) out.push_back(at);
      out.push_back(start);
      std::ranges::reverse(out);
      return out;
    }
  }
  return {};
}

}  // namespace eka::engine
