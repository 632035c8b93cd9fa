#include "world/registry.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

namespace eka::world {

namespace {

Error contradiction(std::string message) {
  return Error(Kind::failure, "inconsistent world: " + message);
}

atom::LockedComposer locked_composer(const Release& release, const Publication* composer) {
  atom::LockedComposer result;
  switch (release.composer) {
    case Composer::nix:
      result.use = atom::LockedComposer::Use::nix;
      result.entry = release.entry;
      break;
    case Composer::static_:
      result.use = atom::LockedComposer::Use::static_;
      break;
    case Composer::atom:
      result.use = atom::LockedComposer::Use::atom;
      result.id = composer->id;
      result.version = composer->version;
      result.entry = release.entry;
      break;
  }
  return result;
}

}  // namespace

std::vector<Need> needs_of(const Release& release) {
  std::vector<Need> needs;
  if (release.composed_by) needs.push_back(*release.composed_by);
  needs.insert(needs.end(), release.needs.begin(), release.needs.end());
  return needs;
}

void Registry::add(Publication publication) {
  auto& versions = atoms_[{publication.set, publication.label.str()}];
  versions.push_back(std::move(publication));
}

const Publication& Registry::highest(const Need& need) const {
  const auto requirement = unwrap(atom::Requirement::parse(need.requirement));
  const Publication* best = nullptr;
  if (const auto found = atoms_.find({need.set, need.label}); found != atoms_.end()) {
    for (const auto& candidate : found->second) {
      if (requirement.matches(candidate.version) && (!best || candidate.version > best->version)) best = &candidate;
    }
  }
  if (!best) throw contradiction(fmt::format("{}::{}@{} is not published yet", need.set, need.label, need.requirement));
  return *best;
}

atom::Lock Registry::lock(const std::string& set, const Release& release) const {
  std::map<std::pair<std::string, std::string>, const Publication*> chosen;
  atom::Lock lock;

  // Breadth first, so that the nearest manifest takes precedence. Each need includes the set that declares it.
  std::deque<std::pair<std::string, Need>> open;
  const auto own = needs_of(release);
  for (const auto& need : own) open.emplace_back(set, need);
  for (; !open.empty(); open.pop_front()) {
    const auto& [asker, need] = open.front();
    auto& choice = chosen[{need.set, need.label}];
    if (!choice) {
      choice = &highest(need);
      for (const auto& below : choice->needs) open.emplace_back(need.set, below);
    } else if (!unwrap(atom::Requirement::parse(need.requirement)).matches(choice->version)) {
      throw contradiction(fmt::format("{}::{} {} was selected for {}, but {} is required as well", need.set, need.label,
                                      choice->version.str(), release.label, need.requirement));
    }
    const auto& facts = sets_.at(need.set);
    auto [entry, fresh] =
        lock.sets.try_emplace(facts.genesis, atom::LockedSet{unwrap(atom::Tag::parse(need.set)), false, {}});
    if (need.set == set && asker == set) entry->second.local = true;
    if (need.set != asker && entry->second.mirrors.empty()) {
      entry->second.mirrors.push_back(unwrap(atom::Url::parse(facts.url)));
    }
  }

  const auto id_of = [&](const Need& need) { return chosen.at({need.set, need.label})->id; };
  for (const auto& [_, publication] : chosen) {
    std::vector<atom::AtomId> needed;
    for (const auto& need : publication->needs) needed.push_back(id_of(need));
    std::ranges::sort(needed);
    const bool direct = std::ranges::any_of(own, [&](const Need& need) { return id_of(need) == publication->id; });
    lock.atoms.push_back(atom::LockedAtom{publication->label, publication->version, sets_.at(publication->set).genesis,
                                          publication->rev, publication->id, direct, std::move(needed)});
  }
  std::ranges::sort(lock.atoms, {}, [](const atom::LockedAtom& atom) { return std::pair(atom.set, atom.label); });

  const Publication* composer = nullptr;
  if (release.composed_by) composer = chosen.at({release.composed_by->set, release.composed_by->label});
  lock.composer = locked_composer(release, composer);
  return lock;
}

}  // namespace eka::world
