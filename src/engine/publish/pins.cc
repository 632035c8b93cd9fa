#include "engine/publish/pins.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/workspace/local_atom.h"

namespace eka::engine {
namespace {

// `self` and the atoms that have to be published before it: those of `needed` (its dependencies in this set) that
// `remote` does not list, their own dependencies that it does not list, and so on.
Needs unpublished_below(const PublishSource& source, const atom::Label& self, const SetAtRemote& remote,
                        const std::set<atom::Label>& needed) {
  Needs out{{self, not_at(remote, source, needed)}};
  const auto& first = out.at(self);
  for (std::vector<atom::Label> open(first.begin(), first.end()); !open.empty();) {
    const auto label = open.back();
    open.pop_back();
    if (out.contains(label)) continue;
    auto lacking = not_at(remote, source, source.atoms.at(label).needs);
    open.insert(open.end(), lacking.begin(), lacking.end());
    out.emplace(label, std::move(lacking));
  }
  return out;
}

class PinCheck {
 public:
  PinCheck(const PublishSource& source, const SourceOfAtom& atom, const SetAtRemote& now, const SetAtRemote& after)
      : source_(source), atom_(atom), now_(now), after_(after) {}

  std::optional<LockProblem> finish() const {
    if (atom_.lock_error) {
      return LockProblem{
          Error(*atom_.lock_error).with_hint("remove the file to resolve all versions again"), {}, false};
    }
    if (!atom_.lock) {
      if (!atom_.manifest.has_dependencies()) return std::nullopt;
      return refused(fmt::format("it has dependencies, but no lock file: {} is not in commit {}", atom_.file(lock_file),
                                 source_.name()),
                     atom_.needs);
    }
    std::vector<std::string> pinned;
    std::set<atom::Label> own;
    for (const auto& locked : atom_.lock->atoms) {
      const auto what = unpublished(locked);
      if (!what) continue;
      pinned.push_back(*what);
      if (locked.set == source_.genesis) own.insert(locked.label);
    }
    if (pinned.empty()) return std::nullopt;
    return refused(fmt::format("its lock file pins {}", fmt::join(pinned, ", and ")), own);
  }

 private:
  // What is wrong with a locked atom, if anything.
  std::optional<std::string> unpublished(const atom::LockedAtom& locked) const {
    const auto name = locked.label.str() + " " + locked.version.str();
    if (is_dev(locked.version)) return name + ", a development version, which is never published";
    if (locked.set != source_.genesis || !locked.rev) return std::nullopt;
    const auto there = after_.revision(locked.label, locked.version);
    if (there == locked.rev) return std::nullopt;
    if (there) {
      return fmt::format("{} at revision {}, but the published one is {}", name, locked.rev->hex().substr(0, 12),
                         there->hex().substr(0, 12));
    }
    // Other mirrors in the lock may have it: the preview tells.
    if (!atom_.lock->sets.at(locked.set).mirrors.empty()) return std::nullopt;
    return name + ", which is not published";
  }

  // `own`: the atoms of the set that its lock should pin in a published version.
  LockProblem refused(const std::string& why, const std::set<atom::Label>& own) const {
    Error error(Kind::failure, fmt::format("{} cannot be published: {}", atom_.str(), why));
    return {std::move(error).with_hint(how_to_resolve(source_, atom_, after_, own)), not_at(now_, source_, own)};
  }

  const PublishSource& source_;
  const SourceOfAtom& atom_;
  const SetAtRemote& now_;
  const SetAtRemote& after_;
};

}  // namespace

std::string how_to_resolve(const PublishSource& source, const SourceOfAtom& atom, const SetAtRemote& remote,
                           const std::set<atom::Label>& needed) {
  const auto& self = atom.commit.label;
  const auto label = self.str();
  const auto steps =
      fmt::format("run `eka resolve {}`, commit {} and run `eka publish {}`", label, atom.file(lock_file), label);
  const auto unpublished = unpublished_below(source, self, remote, needed);
  if (unpublished.at(self).empty()) return steps + ", or run `eka publish` with --resolve";
  // Only a cycle of which nothing is published has no beginning.
  if (const auto cycle = cycle_through(unpublished, self); !cycle.empty()) {
    std::vector<std::string> way;
    for (const auto& each : cycle) way.push_back(each.str());
    way.push_back(label);
    return fmt::format(
        "these atoms need one another, so none can be published first: {}; publish one of them without "
        "the dependency, then the others, then a new version of it",
        fmt::join(way, " -> "));
  }
  std::vector<std::string> names;
  for (const auto& each : in_dependency_order(unpublished)) {
    if (each != self) names.push_back(each.str());
  }
  return fmt::format("publish {} first (`eka publish {}`), then {}; `eka publish --all --resolve` does all of this",
                     fmt::join(names, ", then "), fmt::join(names, " "), steps);
}

std::set<atom::Label> not_at(const SetAtRemote& remote, const PublishSource& source,
                             const std::set<atom::Label>& labels) {
  std::set<atom::Label> out;
  for (const auto& label : labels) {
    const auto found = source.atoms.find(label);
    if (found != source.atoms.end() && !remote.has(found->second)) out.insert(label);
  }
  return out;
}

std::optional<LockProblem> check_pins(const PublishSource& source, const SourceOfAtom& atom, const SetAtRemote& now,
                                      const SetAtRemote& after) {
  return PinCheck(source, atom, now, after).finish();
}

}  // namespace eka::engine
