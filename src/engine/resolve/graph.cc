#include "engine/resolve/graph.h"

#include <algorithm>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "coro/task/task_group.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {
namespace {

// A manifest that asks for more than this is no manifest.
constexpr std::size_t manifest_limit = std::size_t{1} << 20;

struct Named {
  const atom::Tag* tag;
  const atom::SetSource* source;
  const atom::Label* label;
  const atom::Requirement* requirement;
  atom::Position where;
};

// Every atom that a manifest names, its composer first.
std::vector<Named> named_by(const atom::Manifest& manifest) {
  std::vector<Named> out;
  if (const auto* with = std::get_if<atom::WithAtom>(&manifest.composer)) {
    out.push_back({&with->from, &manifest.sets.at(with->from), &with->label, &with->requirement, with->where});
  }
  for (const auto& [tag, atoms] : manifest.dependencies) {
    for (const auto& [label, dependency] : atoms) {
      out.push_back({&tag, &manifest.sets.at(tag), &label, &dependency.requirement, dependency.where});
    }
  }
  return out;
}

Error disagreement(const std::string& what, const std::string& one, const atom::Url& at_one, const std::string& other,
                   const atom::Url& at_other) {
  return Error(Kind::integrity, fmt::format("two mirrors of one set disagree: {} is {} at {}, and {} at {}", what, one,
                                            at_one.str(), other, at_other.str()))
      .with_hint("one of them is not a mirror of this set, or lies: ask the owner of the set");
}

}  // namespace

Graph::Graph(Context& context) : context_(context), fetcher_(context.fetcher()), sets_(context.sets()) {}

void Graph::add_mirror(const atom::ObjectId& set, const atom::Url& url) {
  auto& known = mirrors_[set];
  if (std::ranges::find(known, url) == known.end()) known.push_back(url);
}

coro::Task<> Graph::add_local(LocalSet local) {
  local_set_ =
      co_await coro::offload(context_.pool, [&] { return unwrap(read_package_set(files_of(local.directory))); });
  local_ = std::move(local);
}

resolve::PackageId Graph::package(const atom::ObjectId& set, const atom::Label& label) {
  const auto next = static_cast<resolve::PackageId>(packages_.size());
  const auto [found, added] = index_.try_emplace({set, label}, next);
  if (added) packages_.push_back({set, label, {}, {}, {}});
  return found->second;
}

// --- what to ask

bool Graph::may_name_paths(const atom::ObjectId& set) const {
  if (local_ && local_->genesis == set) return true;
  const auto known = mirrors_.find(set);
  return known != mirrors_.end() && std::ranges::all_of(known->second, &atom::Url::is_local);
}

void Graph::want_versions(const atom::ObjectId& set, const atom::Label& label, Questions& questions) const {
  const auto known = mirrors_.find(set);
  if (known == mirrors_.end()) return;
  for (const auto& url : known->second) questions[url].insert(label);
}

void Graph::want_named(const Origin& origin, Questions& questions) const {
  for (const auto& named : named_by(*origin.manifest)) {
    if (const auto set = set_of(*named.source, origin.set)) want_versions(*set, *named.label, questions);
    for (const auto& url : named.source->mirrors) {
      if (!url.is_local() || may_name_paths(origin.set)) questions[url].insert(*named.label);
    }
  }
}

// Takes in which urls turned out to be mirrors of which sets.
void Graph::learn_mirrors(const Origin& origin) {
  for (const auto& named : named_by(*origin.manifest)) {
    const auto set = set_of(*named.source, origin.set);
    if (!set) continue;
    tags_.emplace(*set, named.tag->str());
    for (const auto& url : named.source->mirrors) {
      const auto* offer = sets_.offer(url);
      if (offer != nullptr && offer->genesis == *set) add_mirror(*set, url);
      if (const auto* failure = sets_.failure(url); failure != nullptr && told_.insert(url).second) {
        context_.observer.note(
            fmt::format("a mirror of the set `{}` is passed over: {}", named.tag->str(), failure->message()));
      }
    }
  }
}

// One ref query for each remote: the versions of everything that these manifests name.
coro::Task<> Graph::meet(std::vector<Origin> origins, Questions hints) {
  for (const auto& origin : origins) want_named(origin, hints);
  co_await sets_.ask(std::move(hints));
  for (const auto& origin : origins) learn_mirrors(origin);
  std::vector<resolve::PackageId> packages;
  for (const auto& origin : origins) {
    for (const auto& named : named_by(*origin.manifest)) {
      if (const auto set = set_of(*named.source, origin.set)) packages.push_back(package(*set, *named.label));
    }
  }
  for (const auto each : packages) co_await list_versions(each);
}

std::optional<atom::ObjectId> Graph::set_of(const atom::SetSource& source, const atom::ObjectId& own) const {
  if (source.local) return own;
  for (const auto& url : source.mirrors) {
    if (const auto* offer = sets_.offer(url)) return offer->genesis;
  }
  return std::nullopt;
}

Result<atom::ObjectId> Graph::identify(const atom::Tag& tag, const atom::SetSource& source, const atom::ObjectId& own,
                                       const std::string& file) const {
  std::optional<atom::ObjectId> found = source.local ? std::optional(own) : std::nullopt;
  std::string found_at = "::";
  const Error* failure = nullptr;
  for (const auto& url : source.mirrors) {
    if (url.is_local() && !may_name_paths(own)) {
      return fail(Kind::integrity, fmt::format("{}: the set `{}` is {} on this machine, but the atom came over the "
                                               "network: only local atoms may name local sets",
                                               file, tag.str(), url.str()));
    }
    const auto* offer = sets_.offer(url);
    if (offer == nullptr) {
      failure = failure != nullptr ? failure : sets_.failure(url);
      continue;
    }
    if (found && *found != offer->genesis) {
      return fail(Kind::integrity,
                  fmt::format("{}: the mirrors of the set `{}` are different sets: {} is {}, {} is {}", file, tag.str(),
                              found_at, found->hex(), url.str(), offer->genesis.hex()));
    }
    found = offer->genesis;
    found_at = url.str();
  }
  if (found) return *found;
  if (failure == nullptr)
    return fail(Kind::remote, fmt::format("{}: nothing answers for the set `{}`", file, tag.str()));
  return std::unexpected(Error(*failure).within(fmt::format("asking for the set `{}` of {}", tag.str(), file)));
}

Result<std::vector<resolve::Dependency>> Graph::dependencies(const atom::Manifest& manifest, const atom::ObjectId& set,
                                                             const std::string& file, const std::string& suffix) {
  std::vector<resolve::Dependency> out;
  for (const auto& named : named_by(manifest)) {
    const auto from = identify(*named.tag, *named.source, set, file + suffix);
    if (!from) return std::unexpected(from.error());
    out.push_back(
        {package(*from, *named.label), *named.requirement, fmt::format("{}:{}{}", file, named.where.line, suffix)});
  }
  return out;
}

// --- versions

Result<void> Graph::collect(const Package& package, Found& found) const {
  const auto known = mirrors_.find(package.set);
  if (known == mirrors_.end()) return {};
  for (const auto& url : known->second) {
    const auto* offer = sets_.offer(url);
    if (offer == nullptr) continue;
    const auto atoms = offer->atoms.find(package.label);
    if (atoms == offer->atoms.end()) continue;
    const auto manifests = offer->manifests.find(package.label);
    for (const auto& [version, rev] : atoms->second) {
      std::optional<atom::ObjectId> blob;
      if (manifests != offer->manifests.end()) {
        const auto named = manifests->second.find(version);
        if (named != manifests->second.end()) blob = named->second;
      }
      auto& candidate = found.try_emplace(version, Candidate{rev, blob, {}, false, {}, {}, {}}).first->second;
      const auto what = fmt::format("{} {}", package.label.str(), version.str());
      if (candidate.rev != rev) {
        return std::unexpected(disagreement(what, candidate.rev.hex(), candidate.mirrors.front(), rev.hex(), url));
      }
      if (candidate.manifest_blob && blob && *candidate.manifest_blob != *blob) {
        return std::unexpected(disagreement("the manifest of " + what, candidate.manifest_blob->hex(),
                                            candidate.mirrors.front(), blob->hex(), url));
      }
      if (!candidate.manifest_blob) candidate.manifest_blob = blob;
      candidate.mirrors.push_back(url);
    }
  }
  return {};
}

// What lies in the working tree is a version like any other, and stands before a published one of the same number,
// unless that is the very same tree.
coro::Task<> Graph::add_local_candidate(const Package* package, Found* found) {
  if (!local_ || package->set != local_->genesis || local_->except == package->label) co_return;
  const auto atom = local_set_->atoms.find(package->label);
  if (atom == local_set_->atoms.end()) co_return;
  const auto& version = atom->second.manifest.version;
  const atom::Requirement any;
  const auto entered = co_await enter_local(context_, local_->directory, package->label, any);
  const auto commit = co_await context_.cache->commit(entered.published.rev);
  const auto published = found->find(version);
  if (published != found->end() && commit) {
    for (const auto& url : published->second.mirrors) {
      const auto& origins = sets_.offer(url)->origins;
      const auto of_label = origins.find(package->label);
      if (of_label == origins.end() || !of_label->second.contains(version)) continue;
      const atom::AtomCommit same{commit->tree, of_label->second.at(version), package->label, version};
      if (atom::ObjectId::of("commit", same.text()) == published->second.rev) co_return;
    }
  }
  Candidate candidate{entered.published.rev, {}, {}, true, entered.published.version, {}, {}};
  candidate.manifest.emplace(Manifest{atom->second.manifest, {}});
  found->insert_or_assign(version, std::move(candidate));
}

coro::Task<> Graph::list_versions(resolve::PackageId id) {
  auto& package = at(id);
  if (package.versions || package.failure) co_return;
  Found found;
  if (auto collected = collect(package, found); !collected) {
    package.failure = std::move(collected).error();
    co_return;
  }
  co_await add_local_candidate(&package, &found);
  const auto known = mirrors_.find(package.set);
  if (found.empty() && known != mirrors_.end()) {
    // Nothing is known only where somebody answered that there is nothing.
    const auto silent = [&](const atom::Url& url) { return sets_.offer(url) == nullptr; };
    if (!known->second.empty() && std::ranges::all_of(known->second, silent)) {
      if (const auto* failure = sets_.failure(known->second.front())) package.failure = *failure;
      co_return;
    }
  }
  resolve::Versions versions;
  for (auto& [version, candidate] : found) {
    versions.list.push_back(version);
    package.candidates.push_back(std::move(candidate));
  }
  if (versions.list.empty()) {
    versions.none_because = fmt::format("the set `{}` has no atom `{}`", tag_of(package.set), package.label.str());
  }
  package.versions = std::move(versions);
}

std::vector<Graph::Likely> Graph::likely(const std::vector<resolve::Dependency>& dependencies) const {
  std::vector<Likely> out;
  for (const auto& dependency : dependencies) {
    const auto& package = at(dependency.package);
    if (!package.versions) continue;
    const auto& list = package.versions->list;
    const auto best = std::ranges::find_if(list.rbegin(), list.rend(), [&](const atom::Version& version) {
      return dependency.requirement.matches(version);
    });
    if (best == list.rend()) continue;
    const auto& candidate = package.candidates[static_cast<std::size_t>(list.rend() - best) - 1];
    if (!candidate.local) out.push_back({{package.set, package.label, *best, candidate.rev}, candidate.mirrors});
  }
  return out;
}

// --- manifests

coro::Task<> Graph::bring(std::vector<resolve::Need> needs) {
  Questions questions;
  std::vector<resolve::Need> manifests;
  for (const auto& need : needs) {
    if (need.version) {
      manifests.push_back(need);
    } else {
      want_versions(at(need.package).set, at(need.package).label, questions);
    }
  }
  std::vector<coro::Task<>> both;
  both.push_back(sets_.ask(std::move(questions)));
  both.push_back(fetch_manifests(manifests));
  co_await coro::all(std::move(both));
  for (const auto& need : needs) {
    if (!need.version) co_await list_versions(need.package);
  }

  std::vector<Origin> origins;
  for (const auto& need : manifests) {
    const auto& package = at(need.package);
    if (const auto& manifest = package.candidates[*need.version].manifest) {
      origins.push_back({&manifest->manifest, package.set});
    }
  }
  co_await meet(std::move(origins), {});
  for (const auto& need : manifests) link_manifest(at(need.package), *need.version);
}

coro::Task<> Graph::fetch_manifests(std::vector<resolve::Need> needs) {
  // By who has them: one request each.
  std::map<std::vector<atom::Url>, std::vector<resolve::Need>> missing;
  for (const auto& need : needs) {
    auto& candidate = at(need.package).candidates[*need.version];
    if (candidate.manifest || candidate.failure) continue;
    co_await read_manifest(need);
    if (!candidate.manifest && !candidate.failure) missing[candidate.mirrors].push_back(need);
  }
  std::vector<coro::Task<>> tasks;
  for (auto& [mirrors, wanted] : missing) tasks.push_back(fetch_from(mirrors, std::move(wanted)));
  co_await coro::all(std::move(tasks));
}

coro::Task<> Graph::fetch_from(std::vector<atom::Url> mirrors, std::vector<resolve::Need> needs) {
  std::vector<atom::ObjectId> blobs;
  std::vector<Published> whole;  // whose manifest is named by no ref: the atom has it
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
    if (!blobs.empty()) co_await fetcher_.bring_objects(std::move(blobs), mirrors);
    if (!whole.empty()) {
      Mirrors places{{whole.front().set, mirrors}};
      co_await fetcher_.bring(std::move(whole), std::move(places));
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
      candidate.failure = Error(Kind::integrity, fmt::format("{} is not in the cache after it was fetched",
                                                             file_of(at(need.package), *need.version)));
    }
  }
}

// From the cache, if it is there.
coro::Task<> Graph::read_manifest(resolve::Need need) {
  auto& package = at(need.package);
  auto& candidate = package.candidates[*need.version];
  const auto& version = package.versions->list[*need.version];
  std::optional<std::string> text;
  std::string unusable;
  try {
    if (candidate.manifest_blob) {
      text = co_await context_.cache->blob(*candidate.manifest_blob, manifest_limit);
    } else if (const auto commit = co_await context_.cache->commit(candidate.rev)) {
      text = co_await context_.cache->file(commit->tree, atom_file, manifest_limit);
      if (!text) unusable = "it holds no atom.toml";
    }
  } catch (const Error& e) {
    candidate.failure = e;
    co_return;
  }
  if (!text && unusable.empty()) co_return;
  std::optional<atom::Manifest> manifest;
  if (text) {
    auto parsed = atom::Manifest::parse(*text, file_of(package, *need.version));
    if (!parsed) {
      unusable = "its manifest cannot be read: " + parsed.error().message();
    } else if (parsed->label != package.label || parsed->version != version) {
      unusable = fmt::format("its manifest is that of {} {}", parsed->label.str(), parsed->version.str());
    } else {
      manifest = *std::move(parsed);
    }
  }
  if (!manifest) {
    const auto empty = atom::Manifest{.label = package.label, .version = version};
    candidate.manifest.emplace(Manifest{empty, {{}, unusable}});
    candidate.linked = true;
    co_return;
  }
  candidate.manifest.emplace(Manifest{*std::move(manifest), {}});
}

void Graph::link_manifest(Package& package, std::size_t version) {
  auto& candidate = package.candidates[version];
  if (!candidate.manifest || candidate.linked || candidate.failure) return;
  auto& manifest = candidate.manifest->manifest;
  const auto suffix = fmt::format(" of {} {}", package.label.str(), package.versions->list[version].str());
  auto found = dependencies(manifest, package.set, atom_file, suffix);
  if (found) {
    candidate.manifest->facts.dependencies = *std::move(found);
    candidate.linked = true;
  } else if (found.error().kind() == Kind::integrity) {
    candidate.manifest->facts.unusable_because = found.error().message();
    candidate.linked = true;
  } else {
    candidate.failure = std::move(found).error();
  }
}

std::optional<Error> Graph::failure_of(const resolve::Need& need) const {
  const auto& package = at(need.package);
  if (package.failure) return package.failure;
  if (need.version && *need.version < package.candidates.size()) return package.candidates[*need.version].failure;
  return std::nullopt;
}

// --- what a solution means

Published Graph::published(const resolve::Selected& selected) const {
  const auto& package = at(selected.package);
  const auto& candidate = package.candidates[selected.version];
  const auto& version = candidate.dev_version ? *candidate.dev_version : package.versions->list[selected.version];
  return {package.set, package.label, version, candidate.rev};
}

const atom::Manifest& Graph::manifest_of(const resolve::Selected& selected) const {
  return at(selected.package).candidates[selected.version].manifest->manifest;
}

std::vector<resolve::Preference> Graph::local_versions() {
  std::vector<resolve::Preference> out;
  if (!local_) return out;
  for (const auto& [label, atom] : local_set_->atoms) {
    if (local_->except != label) out.push_back({package(local_->genesis, label), atom.manifest.version});
  }
  return out;
}

Questions Graph::asked() const {
  Questions out;
  for (const auto& package : packages_) {
    if (!package.versions) continue;
    want_versions(package.set, package.label, out);
  }
  return out;
}

// --- words

std::string Graph::tag_of(const atom::ObjectId& set) const {
  if (local_ && local_->genesis == set) return "::";
  const auto known = tags_.find(set);
  return known == tags_.end() ? set.hex().substr(0, 12) : known->second;
}

std::string Graph::file_of(const Package& package, std::size_t version) const {
  return fmt::format("{} of {} {}", atom_file, package.label.str(), package.versions->list[version].str());
}

coro::Task<> Graph::explain_absences() {
  for (auto& package : packages_) {
    if (!package.versions || !package.versions->list.empty()) continue;
    const auto known = mirrors_.find(package.set);
    if (known == mirrors_.end() || context_.settings.offline) continue;
    std::vector<std::string> labels;
    for (const auto& url : known->second) {
      if (sets_.offer(url) == nullptr) continue;
      try {
        const auto offer = co_await whole_offer(context_, url);
        for (const auto& [label, versions] : offer.atoms) labels.push_back(label.str());
        break;
      } catch (const Error&) {
        // It answered a moment ago, and what it said then is enough to know that there is no such atom.
      }
    }
    auto& why = package.versions->none_because;
    const auto near = nearest(package.label.str(), labels);
    if (labels.empty()) why = fmt::format("the set `{}` has published nothing", tag_of(package.set));
    if (!near.empty()) why += fmt::format("; is `{}` meant?", near);
  }
}

std::string Graph::name(resolve::PackageId id) const {
  const auto& package = at(id);
  const auto namesake = [&](const Package& other) { return other.label == package.label && other.set != package.set; };
  if (std::ranges::none_of(packages_, namesake)) return package.label.str();
  return fmt::format("{} of `{}`", package.label.str(), tag_of(package.set));
}

const resolve::Versions* Graph::versions(resolve::PackageId id) const {
  const auto& package = at(id);
  return package.versions ? &*package.versions : nullptr;
}

const resolve::Manifest* Graph::manifest(resolve::PackageId id, std::size_t version) const {
  const auto& candidate = at(id).candidates[version];
  return candidate.manifest && candidate.linked ? &candidate.manifest->facts : nullptr;
}

}  // namespace eka::engine
