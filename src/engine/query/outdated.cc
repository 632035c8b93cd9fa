#include "engine/query/outdated.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "engine/context/timed.h"
#include "engine/fetch/sources.h"
#include "engine/locate/sets.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/working_atom.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {
namespace {

// The URLs that decide the versions of a set, among those that a lock names for it.
std::vector<atom::Url> deciding(const Sets& sets, const WorkingAtom& atom, const atom::ObjectId& set,
                                const atom::Lock& lock) {
  std::vector<atom::Url> out;
  const auto add = [&](const atom::Url& url) {
    const auto* offer = sets.offer(url);
    if (offer != nullptr && offer->genesis == set) out.push_back(url);
  };
  for (const auto& [tag, source] : atom.manifest.sets) {
    for (const auto& url : source.mirrors) add(url);
  }
  if (atom.set.genesis == set) {
    for (const auto& url : atom.places) add(url);
  }
  if (!out.empty()) return out;
  if (const auto named = lock.sets.find(set); named != lock.sets.end()) {
    for (const auto& url : named->second.mirrors) add(url);
  }
  return out;
}

std::optional<atom::Version> highest(const Sets& sets, const std::vector<atom::Url>& urls, const atom::Label& label) {
  std::optional<atom::Version> out;
  for (const auto& url : urls) {
    for (const auto& version : sets.offer(url)->usable(label)) {
      if (version.pre_release().empty() && (!out || *out < version)) out = version;
    }
  }
  return out;
}

class Comparison {
 public:
  Comparison(Context& context, const WorkingAtom& atom) : context_(context), atom_(atom) {}

  coro::Task<OutdatedDependencies> finish() {
    if (!atom_.lock) {
      throw Error(Kind::usage, fmt::format("there is no {}", atom_.lock_file().string()))
          .with_hint("create it with `eka resolve`");
    }
    auto problem = atom_.problem(atom_.manifest, true);
    problem.atoms_only = true;
    auto fresh = co_await choose_versions(context_, std::move(problem));
    OutdatedDependencies out{atom_.name, {}, {}, std::move(fresh.left_out)};
    for (const auto& locked : atom_.lock->atoms) compare(locked, fresh.lock, out);
    std::ranges::stable_sort(out.atoms, {}, [](const OutdatedAtom& atom) { return std::tie(atom.label, atom.tag); });
    for (const auto& locked : atom_.lock->direct) {
      if (auto source = co_await compare_source(&locked)) out.sources.push_back(*std::move(source));
    }
    co_return out;
  }

 private:
  void compare(const atom::LockedAtom& locked, const atom::Lock& fresh, OutdatedDependencies& out) const {
    if (is_dev(locked.version)) return;
    const auto* now = fresh.find(locked.id);
    if (now != nullptr && is_dev(now->version)) return;
    const auto set = atom_.lock->sets.find(locked.set);
    OutdatedAtom entry{.label = locked.label,
                       .set = locked.set,
                       .tag = set == atom_.lock->sets.end() ? "" : set->second.tag.str(),
                       .locked = locked.version,
                       .update = now == nullptr ? std::nullopt : std::optional(now->version),
                       .latest = {},
                       .direct = locked.direct};
    const auto& sets = context_.sets();
    const auto urls = deciding(sets, atom_, locked.set, fresh);
    entry.latest = highest(sets, urls, locked.label);
    const auto withdrawn = [&](const atom::Url& url) {
      return sets.offer(url)->is_yanked(locked.label, locked.version);
    };
    entry.yanked = std::ranges::any_of(urls, withdrawn);
    const bool newer = entry.latest && *entry.latest > entry.locked;
    if (newer || entry.yanked || entry.update != entry.locked) out.atoms.push_back(std::move(entry));
  }

  // Only refs are queried. The URL of a source may contain versions of other atoms: then it is left out, and so are
  // repositories on this machine, which need consent.
  coro::Task<std::optional<OutdatedSource>> compare_source(const atom::LockedDirect* locked) {
    const auto* git = std::get_if<atom::LockedGit>(&locked->source);
    if (git == nullptr || locked->owner) co_return std::nullopt;
    const auto declared = atom_.manifest.direct.find(git->name);
    if (declared == atom_.manifest.direct.end()) co_return std::nullopt;
    const auto* source = std::get_if<atom::GitSource>(&declared->second.fetch);
    if (source == nullptr) co_return std::nullopt;
    const auto url = atom::Url::parse(source->url);
    if (!url || url->is_local() || url->str() != git->url) co_return std::nullopt;
    SourceRequest request(git->name, declared->second);
    request.fresh = true;
    request.fetch_follows = true;
    const auto now = co_await context_.sources().lock(std::move(request));
    const auto& fresh = std::get<atom::LockedGit>(now.source);
    if (fresh.rev == git->rev) co_return std::nullopt;
    co_return OutdatedSource{git->name, pinned(*git), pinned(fresh)};
  }

  static std::string pinned(const atom::LockedGit& git) { return git.version ? git.version->str() : git.rev.hex(); }

  Context& context_;
  const WorkingAtom& atom_;
};

}  // namespace

coro::Task<OutdatedReport> outdated(Context& context, OutdatedRequest request) {
  const auto atoms =
      co_await find_working_atoms(context, std::move(request.directory), std::move(request.atoms), request.all);
  OutdatedReport report;
  for (const auto& atom : atoms) {
    report.names.push_back(atom.name);
    const Timed timed(context, Stage::resolve, atom.name, {});
    Comparison comparison(context, atom);
    std::optional<Error> failure;
    try {
      report.atoms.push_back(co_await comparison.finish());
    } catch (const Error& e) {
      failure = e;
    }
    if (failure) report.atoms.push_back(std::unexpected(std::move(*failure).within("comparing " + atom.name)));
  }
  report.remotes = context.remotes().costs();
  co_return report;
}

}  // namespace eka::engine
