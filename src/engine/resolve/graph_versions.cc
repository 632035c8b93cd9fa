// The versions of the atoms in the graph: which can be selected, and which are left out.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/config/cutoff.h"
#include "atom/names/atom_commit.h"
#include "engine/fetch/release_dates.h"
#include "engine/resolve/graph.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {

// Whether the tree of a published version is `tree`.
bool Graph::is_published_as(const Package& package, const Listed& listed, const atom::ObjectId& tree) const {
  for (const auto& url : listed.candidate.urls) {
    const auto* offer = sets_.offer(url);
    if (offer == nullptr) continue;
    const auto origin = offer->origin_of(package.label, listed.version);
    if (!origin) continue;
    const atom::AtomCommit same{tree, *origin, package.label, listed.version};
    if (atom::ObjectId::of("commit", same.text()) == listed.candidate.rev) return true;
  }
  return false;
}

// An atom in the working tree is a version like any other, and replaces a published one with the same number, unless
// both have the same tree.
coro::Task<> Graph::add_local_candidate(const Package* package, std::vector<Listed>* found) {
  if (!local_ || package->set != local_->genesis || local_->except == package->label) co_return;
  const auto atom = local_set_->atoms.find(package->label);
  if (atom == local_set_->atoms.end()) co_return;
  const auto& version = atom->second.manifest.version;
  const atom::Requirement any;
  SetPlace from(local_->directory, local_->commit);
  const auto entered = co_await enter_local(context_, std::move(from), package->label, any);
  const auto commit = co_await context_.cache->objects().commit(entered.published.rev);
  const auto same = [&](const Listed& listed) {
    return commit && listed.version == version && is_published_as(*package, listed, commit->tree);
  };
  if (std::ranges::any_of(*found, same)) co_return;
  std::erase_if(*found, [&](const Listed& listed) { return listed.version == version; });
  Candidate candidate{.rev = entered.published.rev, .manifest_blob = {}, .urls = {}};
  candidate.local = true;
  candidate.dev_version = entered.published.version;
  candidate.manifest.emplace(Manifest{atom->second.manifest, {}});
  const auto place = std::ranges::upper_bound(*found, version, {}, &Listed::version);
  found->insert(place, Listed{version, std::move(candidate)});
}

Graph::Listed Graph::replacement_for(const Replacement& replacement) const {
  const bool local = replacement.directory.has_value();
  Candidate candidate{.rev = replacement.atom.rev, .manifest_blob = {}, .urls = {}, .local = local};
  candidate.replaces = true;
  if (local) candidate.dev_version = replacement.atom.version;
  candidate.manifest.emplace(Manifest{replacement.manifest, {}});
  return {local ? replacement.manifest.version : replacement.atom.version, std::move(candidate)};
}

// Without those that are left out.
Result<std::vector<Graph::Listed>> Graph::published_versions(resolve::PackageId id) {
  auto& package = at(id);
  auto offered = offered_versions(sets_, voices_of(package), package.set, package.label, deciders_.decide(package.set));
  if (!offered) return std::unexpected(std::move(offered).error());
  const auto& dates = context_.release_dates();
  package.left_out.clear();
  std::vector<Listed> out;
  for (auto& [version, rev, blob, urls, yanked] : *offered) {
    const bool is_kept = kept_.contains({id, version});
    if (!is_kept && (yanked || dates.is_left_out(rev))) {
      package.left_out.push_back({{package.set, package.label, std::move(version), rev}, yanked, dates.published(rev)});
      continue;
    }
    out.push_back({std::move(version), Candidate{.rev = rev, .manifest_blob = blob, .urls = std::move(urls)}});
    out.back().candidate.yanked = yanked;
  }
  return out;
}

// The dates of all published versions that are not selectable in any case.
coro::Task<> Graph::learn_dates(const std::vector<resolve::PackageId>* packages) {
  if (!context_.release_dates().limit()) co_return;
  std::vector<Release> releases;
  for (const auto id : *packages) {
    const auto& package = at(id);
    if (!is_unlisted(package) || replaced_.contains(id)) continue;
    auto offered =
        offered_versions(sets_, voices_of(package), package.set, package.label, deciders_.decide(package.set));
    if (!offered) continue;  // list_versions() reports it
    for (auto& [version, rev, blob, urls, yanked] : *offered) {
      if (yanked || kept_.contains({id, version})) continue;
      const auto* offer = sets_.offer(urls.front());
      const auto origin = offer->origin_of(package.label, version);
      releases.push_back({{package.set, package.label, std::move(version), rev}, origin, std::move(urls)});
    }
  }
  co_await context_.release_dates().learn(std::move(releases));
}

coro::Task<> Graph::list_versions(std::vector<resolve::PackageId> packages) {
  co_await learn_dates(&packages);
  for (const auto each : packages) co_await list_versions(each);
}

coro::Task<> Graph::list_versions(resolve::PackageId id) {
  auto& package = at(id);
  if (!is_unlisted(package)) co_return;
  package.is_outdated = false;
  package.failure.reset();
  std::vector<Listed> found;
  if (const auto replaced = replaced_.find(id); replaced != replaced_.end()) {
    found.push_back(replacement_for(replaced->second));
  } else {
    auto published = published_versions(id);
    if (!published) {
      package.failure = std::move(published).error();
      co_return;
    }
    found = *std::move(published);
    co_await add_local_candidate(&package, &found);
    const auto urls = urls_of(voices_of(package));
    if (found.empty() && !urls.empty()) {
      // Nothing is known unless a remote has answered that there is nothing.
      const auto silent = [&](const atom::Url& url) { return !sets_.answered(url, package.label); };
      if (std::ranges::all_of(urls, silent)) {
        if (auto first = silent_for(id)) package.failure = std::move(first->failure);
        co_return;
      }
    }
  }
  const bool was_listed = package.versions.has_value();
  auto before = std::exchange(package.candidates, {});
  resolve::Versions versions;
  for (auto& [version, candidate] : found) {
    versions.list.push_back(std::move(version));
    package.candidates.push_back(std::move(candidate));
  }
  if (versions.list.empty()) versions.none_because = why_none(package);
  package.versions = std::move(versions);
  if (was_listed) keep_manifests(package, std::move(before));
}

// The indices of its versions have changed, so all dependencies must be linked again.
void Graph::keep_manifests(Package& package, std::vector<Candidate> before) {
  for (auto& candidate : package.candidates) {
    const auto same = std::ranges::find_if(before, [&](const Candidate& old) {
      return old.rev == candidate.rev && old.manifest_blob == candidate.manifest_blob;
    });
    if (same == before.end()) continue;
    candidate.manifest = std::move(same->manifest);
    candidate.unusable = std::move(same->unusable);
    candidate.failure = std::move(same->failure);
    candidate.met = same->met;
  }
  has_grown_ = true;
  for (auto& each : packages_) {
    for (auto& candidate : each.candidates) candidate.linked = false;
  }
}

std::vector<Graph::Likely> Graph::likely(const std::vector<resolve::Dependency>& dependencies) const {
  std::vector<Likely> out;
  for (const auto& dependency : dependencies) {
    const auto& package = at(dependency.package);
    if (!package.versions) continue;
    const auto& list = package.versions->list;
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (dependency.admits(list[i], i)) best = i;
    }
    if (!best) continue;
    const auto& candidate = package.candidates[*best];
    if (!candidate.local) out.push_back({{package.set, package.label, list[*best], candidate.rev}, candidate.urls});
  }
  return out;
}

// --- versions that are left out

bool Graph::is_yanked(const resolve::Selected& selected) const {
  return at(selected.package).candidates[selected.version].yanked;
}

std::string Graph::why_none(const Package& package) const {
  if (package.left_out.empty())
    return fmt::format("set `{}` has no atom `{}`", tag_of(package.set), package.label.str());
  const auto yanked = std::ranges::count_if(package.left_out, &LeftOut::yanked);
  if (yanked == std::ssize(package.left_out)) return fmt::format("all versions of {} are yanked", package.label.str());
  return fmt::format("no version of {} {} known to have been published before {}", package.label.str(),
                     yanked == 0 ? "is" : "that is not yanked is", atom::timestamp(*context_.release_dates().limit()));
}

std::string Graph::shown(const LeftOut& left_out) const {
  return fmt::format("{} ({})", left_out.atom.str(), context_.release_dates().shown(left_out.atom.rev));
}

std::optional<std::string> Graph::advice_on_left_out(resolve::PackageId id) const {
  std::vector<std::string> yanked, late;
  for (const auto& each : left_out(id)) {
    if (each.yanked) {
      yanked.push_back(each.atom.version.str());
    } else {
      late.push_back(shown(each));
    }
  }
  std::string out;
  if (!yanked.empty()) {
    out = fmt::format("its set has yanked {} {}: only a lock file that names such a version already can keep it",
                      at(id).label.str(), fmt::join(yanked, ", "));
  }
  if (!late.empty()) {
    out +=
        fmt::format("{}resolve.newest-before leaves out what is not known to have been published before {}: {}",
                    out.empty() ? "" : "; ", atom::timestamp(*context_.release_dates().limit()), fmt::join(late, ", "));
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace eka::engine
