// Manifests of the graph: which are fetched, from where, and their facts for the solver.
#include <algorithm>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/resolve/graph.h"

namespace eka::engine {
namespace {

// Larger manifests are rejected.
constexpr std::size_t manifest_limit = std::size_t{1} << 20;

}  // namespace

coro::Task<> Graph::fetch(std::vector<resolve::Need> needs) {
  Questions questions;
  std::vector<resolve::Need> manifests;
  std::vector<resolve::PackageId> unlisted;
  for (const auto& need : needs) {
    if (need.version) {
      manifests.push_back(need);
    } else {
      unlisted.push_back(need.package);
      want_versions(at(need.package), questions);
    }
  }
  std::vector<coro::Task<>> both;
  both.push_back(sets_.ask(std::move(questions)));
  both.push_back(fetch_manifests(manifests));
  co_await coro::all(std::move(both));
  co_await list_versions(std::move(unlisted));

  std::vector<Origin> origins;
  for (const auto& need : manifests) {
    auto& package = at(need.package);
    auto& candidate = package.candidates[*need.version];
    if (!candidate.manifest) continue;
    candidate.met = true;
    origins.push_back(origin_of(package, *need.version));
  }
  co_await meet(std::move(origins), {});
  link_manifests();
}

coro::Task<> Graph::fetch_manifests(std::vector<resolve::Need> needs) {
  // One request for each list of mirrors.
  std::map<std::vector<atom::Url>, std::vector<resolve::Need>> missing;
  for (const auto& need : needs) {
    auto& candidate = at(need.package).candidates[*need.version];
    if (candidate.manifest || candidate.failure) continue;
    co_await read_manifest(need);
    if (!candidate.manifest && !candidate.failure) missing[candidate.urls].push_back(need);
  }
  std::vector<coro::Task<>> tasks;
  for (auto& [mirrors, wanted] : missing) tasks.push_back(fetch_from(mirrors, std::move(wanted)));
  co_await coro::all(std::move(tasks));
}

coro::Task<> Graph::fetch_from(std::vector<atom::Url> mirrors, std::vector<resolve::Need> needs) {
  std::vector<atom::ObjectId> blobs;
  std::vector<Published> whole;  // atoms without a manifest ref: fetched completely
  for (const auto& need : needs) {
    const auto& package = at(need.package);
    const auto& candidate = package.candidates[*need.version];
    if (candidate.manifest_blob) {
      blobs.push_back(*candidate.manifest_blob);
    } else {
      whole.push_back({package.set, package.label, package.versions->list[*need.version], candidate.rev});
    }
  }
  std::optional<Error> failure;
  try {
    if (!blobs.empty()) co_await fetcher_.fetch_objects(std::move(blobs), mirrors);
    if (!whole.empty()) {
      Mirrors places{{whole.front().set, mirrors}};
      co_await fetcher_.fetch(std::move(whole), std::move(places));
    }
  } catch (const Error& e) {
    failure = e;
  }
  for (const auto& need : needs) {
    auto& candidate = at(need.package).candidates[*need.version];
    if (failure) {
      candidate.failure = *failure;
      continue;
    }
    co_await read_manifest(need);
    if (!candidate.manifest && !candidate.failure) {
      candidate.failure = Error(
          Kind::integrity, fmt::format("{} is missing after it was fetched", file_of(at(need.package), *need.version)));
    }
  }
}

// Reads it from the cache, if present.
coro::Task<> Graph::read_manifest(resolve::Need need) {
  auto& package = at(need.package);
  auto& candidate = package.candidates[*need.version];
  const auto& version = package.versions->list[*need.version];
  std::optional<std::string> text;
  std::string unusable;
  try {
    if (candidate.manifest_blob) {
      text = co_await context_.cache->objects().blob(*candidate.manifest_blob, manifest_limit);
    } else if (const auto commit = co_await context_.cache->objects().commit(candidate.rev)) {
      text = co_await context_.cache->objects().file(commit->tree, atom_file, manifest_limit);
      if (!text) unusable = "it has no atom.toml";
    }
  } catch (const Error& e) {
    candidate.failure = e;
    co_return;
  }
  if (!text && unusable.empty()) co_return;
  std::optional<atom::Manifest> manifest;
  if (text) {
    const auto name = file_of(package, *need.version);
    auto parsed = co_await coro::offload(context_.pool, [&] { return atom::Manifest::parse(*text, name); });
    if (!parsed) {
      unusable = "invalid manifest: " + parsed.error().message();
    } else if (parsed->label != package.label || parsed->version != version) {
      unusable = fmt::format("its manifest is for {} {}", parsed->label.str(), parsed->version.str());
    } else {
      manifest = *std::move(parsed);
    }
  }
  if (!manifest) {
    candidate.unusable = std::move(unusable);
    manifest = atom::Manifest{.label = package.label, .version = version};
  }
  candidate.manifest.emplace(Manifest{*std::move(manifest), {}});
}

void Graph::link_manifests() {
  for (auto& package : packages_) {
    for (std::size_t i = 0; i < package.candidates.size(); ++i) link_manifest(package, i);
  }
}

void Graph::link_manifest(Package& package, std::size_t version) {
  auto& candidate = package.candidates[version];
  if (!candidate.manifest || !candidate.met || candidate.linked || candidate.failure) return;
  auto& facts = candidate.manifest->facts;
  facts = {{}, candidate.unusable};
  if (candidate.unusable.empty()) {
    const auto suffix = fmt::format(" of {} {}", package.label.str(), package.versions->list[version].str());
    auto found = dependencies(origin_of(package, version), atom_file, suffix);
    if (found) {
      facts.dependencies = *std::move(found);
    } else if (found.error().kind() == Kind::integrity) {
      facts.unusable_because = found.error().message();
    } else {
      candidate.failure = std::move(found).error();
      return;
    }
  }
  candidate.linked = true;
}

}  // namespace eka::engine
