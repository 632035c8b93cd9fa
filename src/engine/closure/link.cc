// Resolves names to members, for every atom of a closure.
//
// A manifest names a dependency by its own tag and a label; the lock names it by set. The label is sufficient unless
// the atom may see two atoms with that label from two sets: then the tag's mirrors determine the set.
#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "engine/closure/closure.h"

namespace eka::engine {
namespace {

class Linker {
 public:
  Linker(const Closure& closure, const Closure::Member& member) : closure_(closure), member_(member) {
    for (const auto index : member.may_see) seen_[closure.members[index].published.label].push_back(index);
  }

  Result<Closure::Index> find(const atom::Tag& tag, const atom::Label& label,
                              const atom::Requirement& requirement) const {
    std::vector<Closure::Index> found;
    if (const auto named = seen_.find(label); named != seen_.end()) {
      std::ranges::copy_if(named->second, std::back_inserter(found),
                           [&](auto i) { return may_be(tag, closure_.members[i].published.set); });
    }
    if (found.size() > 1)
      std::erase_if(found, [&](auto i) { return !mirrored(tag, closure_.members[i].published.set); });
    if (found.size() != 1) {
      return stale(
          fmt::format("{} `{}` from `{}`", found.empty() ? "has no" : "has more than one", label.str(), tag.str()));
    }
    // An atom in a working tree has another published version than its manifest.
    const auto& version = closure_.members[found.front()].manifest->version;
    if (!requirement.matches(version)) {
      return stale(fmt::format("has `{}` {}, but {} is required", label.str(), version.str(), requirement.str()));
    }
    return found.front();
  }

  // The sources of the manifest, each with the fetcher it requires; other sources of a lock are ignored.
  Result<std::map<std::string, MemberSource>> sources() const {
    std::map<std::string, MemberSource> out;
    for (const auto& [name, wanted] : member_.manifest->direct) {
      const auto found = member_.sources.find(name);
      if (found == member_.sources.end()) return stale(fmt::format("has no source `{}`", name));
      if (found->second.locked.source.index() != wanted.fetch.index()) {
        return stale(
            fmt::format("has source `{}` as {}, which does not match the manifest", name, found->second.locked.type()));
      }
      out.insert(*found);
    }
    return out;
  }

 private:
  const atom::SetSource* source(const atom::Tag& tag) const {
    const auto found = member_.manifest->sets.find(tag);
    return found == member_.manifest->sets.end() ? nullptr : &found->second;
  }

  bool may_be(const atom::Tag& tag, const atom::ObjectId& set) const {
    const auto* from = source(tag);
    return from != nullptr && (!from->local || set == member_.published.set);
  }

  bool mirrored(const atom::Tag& tag, const atom::ObjectId& set) const {
    const auto* from = source(tag);
    if (from->local) return set == member_.published.set;
    const auto known = closure_.mirrors.find(set);
    return known != closure_.mirrors.end() && std::ranges::any_of(from->mirrors, [&](const atom::Url& url) {
             return std::ranges::find(known->second, url) != known->second.end();
           });
  }

  std::unexpected<Error> stale(const std::string& what) const {
    return std::unexpected(
        Error(Kind::unsatisfiable, fmt::format("the lock file for {} {}", member_.published.str(), what))
            .with_hint("run `eka resolve` to update the lock file"));
  }

  const Closure& closure_;
  const Closure::Member& member_;
  std::map<atom::Label, std::vector<Closure::Index>> seen_;  // what the member may see, by label
};

Result<void> link_member(const Closure& closure, Closure::Member& member) {
  if (auto composed = member.manifest->check_composer(); !composed) return composed;
  const Linker linker(closure, member);
  if (const auto* with = std::get_if<atom::WithAtom>(&member.manifest->composer)) {
    const auto index = linker.find(with->from, with->label, with->requirement);
    if (!index) return std::unexpected(index.error());
    member.composer = *index;
  }
  for (const auto& [tag, wanted] : member.manifest->dependencies) {
    for (const auto& [label, dependency] : wanted) {
      const auto index = linker.find(tag, label, dependency.requirement);
      if (!index) return std::unexpected(index.error());
      member.dependencies[tag].emplace(label, *index);
    }
  }
  auto sources = linker.sources();
  if (!sources) return std::unexpected(sources.error());
  member.sources = *std::move(sources);
  return {};
}

}  // namespace

Result<void> link(Closure& closure) {
  for (auto& member : closure.members) {
    if (auto linked = link_member(closure, member); !linked) return linked;
  }
  return {};
}

}  // namespace eka::engine
