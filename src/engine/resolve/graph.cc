#include "engine/resolve/graph.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "coro/task/task_group.h"

namespace eka::engine {
namespace {

struct Named {
  const atom::Tag* tag;
  const atom::SetSource* source;
  const atom::Label* label;
  const atom::Requirement* requirement;
  atom::Position where;
};

// All atoms that a manifest names, its composer first.
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

}  // namespace

Graph::Graph(Context& context) : context_(context), fetcher_(context.fetcher()), sets_(context.sets()) {}

coro::Task<> Graph::add_local(LocalSet local) {
  local_set_ = co_await coro::offload(context_.pool, [&] {
    if (local.commit) return read_working_set({local.directory, local.commit}).packages;
    return unwrap(read_package_set(files_of(local.directory)));
  });
  local_ = std::move(local);
}

resolve::PackageId Graph::package(const atom::ObjectId& set, const atom::Label& label) {
  const auto next = static_cast<resolve::PackageId>(packages_.size());
  const auto [found, added] = index_.try_emplace({set, label}, next);
  if (added) packages_.push_back(Package{.set = set, .label = label});
  return found->second;
}

void Graph::replace(Replacement replacement) {
  const auto id = package(replacement.atom.set, replacement.atom.label);
  replaced_.insert_or_assign(id, std::move(replacement));
}

void Graph::keep(const atom::ObjectId& set, const atom::Label& label, const atom::Version& version) {
  kept_.emplace(package(set, label), version);
}

// --- sets and their sources

// The version sources of a set as a manifest names it.
VersionSources Graph::voices_of(const atom::SetSource& source, const Origin& origin) const {
  if (!source.local) return {places_of(source.mirrors)};
  VersionSources out;
  for (const auto& own : origin.own) {
    auto urls = own;
    urls.insert(urls.end(), source.mirrors.begin(), source.mirrors.end());
    out.insert(places_of(std::move(urls)));
  }
  return out;
}

VersionSources Graph::voices_of(const Package& package) const {
  const auto* decided = deciders_.of(package.set);
  return decided != nullptr ? *decided : package.named;
}

Graph::Origin Graph::origin_of(const Package& package, std::size_t version) const {
  const auto& candidate = package.candidates[version];
  Origin out{&candidate.manifest->manifest, package.set, {}, candidate.local};
  for (const auto& places : voices_of(package)) {
    if (counts(package, version, {places})) out.own.insert(places);
  }
  if (!candidate.local && !candidate.replaces) {
    out.local = std::ranges::all_of(
        candidate.urls, [this](const atom::Url& url) { return context_.remotes().came_from(url).is_local(); });
  }
  return out;
}

bool Graph::may_ask(const atom::Url& url, const Origin& origin) const {
  return !url.is_local() || (origin.local && check_local({}, url));
}

// --- queries

void Graph::want(const atom::Url& url, const atom::Label& label, Questions& questions) {
  questions[url].insert(label);
  asked_[url].insert(label);
}

Result<void> Graph::check_local(const std::string& what, const atom::Url& url) const try {
  if (origin_) LocalAccess(context_.settings.local_sources).check_repository(what, url, *origin_);
  return {};
} catch (const Error& error) {
  return std::unexpected(error);
}

void Graph::want_versions(const Package& package, Questions& questions) {
  for (const auto& url : urls_of(voices_of(package))) want(url, package.label, questions);
}

void Graph::want_named(const Origin& origin, Questions& questions) {
  for (const auto& named : named_by(*origin.manifest)) {
    const auto voices = voices_of(*named.source, origin);
    for (const auto& url : urls_of(voices)) {
      if (!may_ask(url, origin)) continue;
      asked_[url].insert(*named.label);
      // A URL that may only deliver objects is not queried for versions, except to learn its genesis.
      const auto* offer = sets_.offer(url);
      if (offer == nullptr || deciders_.may_speak(offer->genesis, url)) questions[url].insert(*named.label);
    }
    const auto set = set_of(*named.source, origin.set);
    if (!set || !deciders_.decide(*set)) continue;
    for (const auto& url : urls_of(deciders_.relevant(*set, voices))) want(url, *named.label, questions);
  }
}

coro::Task<> Graph::begin(Origin root, Questions hints) {
  root_ = std::move(root);
  for (const auto& [tag, source] : root_->manifest->sets) {
    for (const auto& url : source.mirrors) {
      if (may_ask(url, *root_)) hints[url];
    }
  }
  want_named(*root_, hints);
  co_await sets_.ask(std::move(hints));
  decide_sets();
  std::vector<Origin> origins{*root_};
  co_await meet(std::move(origins), {});
}

void Graph::decide_sets() {
  bool names_its_own = false;
  for (const auto& [tag, source] : root_->manifest->sets) {
    names_its_own = names_its_own || source.local;
    const auto set = identify(tag, source, *root_, "the manifest");
    if (!set) {
      if (!undecided_) undecided_ = set.error();
      continue;
    }
    for (const auto& places : voices_of(source, *root_)) deciders_.add(*set, places);
  }
  if (names_its_own) return;
  for (const auto& places : root_->own) deciders_.add(root_->set, places);
}

void Graph::note_failures(const Origin& origin) {
  for (const auto& named : named_by(*origin.manifest)) {
    if (!set_of(*named.source, origin.set)) continue;
    for (const auto& url : named.source->mirrors) {
      const auto* failure = sets_.failure(url);
      if (failure == nullptr || !told_.insert(url).second) continue;
      context_.observer.note(fmt::format("ignoring a mirror of set `{}`: {}", named.tag->str(), failure->message()));
    }
  }
}

// One ref query per remote: the versions of everything that these manifests name. There is a second one only if the
// first shows that a URL belongs to a set that other URLs decide.
coro::Task<> Graph::meet(std::vector<Origin> origins, Questions hints) {
  for (const auto& origin : origins) want_named(origin, hints);
  co_await sets_.ask(std::move(hints));
  Questions rest;
  for (const auto& origin : origins) want_named(origin, rest);
  co_await sets_.ask(std::move(rest));
  for (const auto& origin : origins) note_failures(origin);
  co_await list_named(std::move(origins));
}

coro::Task<> Graph::list_named(std::vector<Origin> origins) {
  std::vector<resolve::PackageId> packages;
  for (const auto& origin : origins) {
    for (const auto& named : named_by(*origin.manifest)) {
      const auto set = set_of(*named.source, origin.set);
      if (!set) continue;
      tags_.emplace(*set, named.tag->str());
      packages.push_back(package(*set, *named.label));
      if (deciders_.decide(*set)) continue;
      auto& known = at(packages.back());
      for (const auto& places : voices_of(*named.source, origin)) {
        if (known.named.insert(places).second) known.is_outdated = true;
      }
    }
  }
  // From here on, the manifests of `origins` may have moved.
  co_await list_versions(std::move(packages));
}

std::optional<atom::ObjectId> Graph::set_of(const atom::SetSource& source, const atom::ObjectId& own) const {
  if (source.local) return own;
  for (const auto& url : source.mirrors) {
    if (const auto* offer = sets_.offer(url)) return offer->genesis;
  }
  return std::nullopt;
}

Result<atom::ObjectId> Graph::identify(const atom::Tag& tag, const atom::SetSource& source, const Origin& origin,
                                       const std::string& file) const {
  std::optional<atom::ObjectId> found = source.local ? std::optional(origin.set) : std::nullopt;
  std::string found_at = "::";
  const Error* failure = nullptr;
  for (const auto& url : source.mirrors) {
    if (url.is_local() && !origin.local) {
      return fail(Kind::integrity,
                  fmt::format("{}: set `{}` refers to the local path {}, but the atom was fetched from the "
                              "network: only local atoms can refer to local sets",
                              file, tag.str(), url.str()));
    }
    if (url.is_local()) {
      if (auto allowed = check_local(fmt::format("{}: set `{}`", file, tag.str()), url); !allowed)
        return std::unexpected(std::move(allowed).error());
    }
    const auto* offer = sets_.offer(url);
    if (offer == nullptr) {
      failure = failure != nullptr ? failure : sets_.failure(url);
      continue;
    }
    if (found && *found != offer->genesis) {
      return fail(Kind::integrity,
                  fmt::format("{}: the mirrors of set `{}` have different genesis commits: {} has {}, {} has {}", file,
                              tag.str(), found_at, found->hex(), url.str(), offer->genesis.hex()));
    }
    found = offer->genesis;
    found_at = url.str();
  }
  if (found) return *found;
  if (failure == nullptr)
    return fail(Kind::remote, fmt::format("{}: no mirror of set `{}` responded", file, tag.str()));
  return std::unexpected(Error(*failure).within(fmt::format("querying set `{}` of {}", tag.str(), file)));
}

Result<std::vector<resolve::Dependency>> Graph::root_dependencies(const std::string& file) {
  return dependencies(*root_, file, {});
}

// Notes refer to places as "<file>:<line><suffix>".
Result<std::vector<resolve::Dependency>> Graph::dependencies(const Origin& origin, const std::string& file,
                                                             const std::string& suffix) {
  std::vector<resolve::Dependency> out;
  for (const auto& named : named_by(*origin.manifest)) {
    const auto set = identify(*named.tag, *named.source, origin, file + suffix);
    if (!set) return std::unexpected(set.error());
    if (undecided_ && !deciders_.decide(*set)) {
      // It may be the set that could not be queried, and then other URLs must not decide its versions.
      return std::unexpected(Error(*undecided_)
                                 .within(fmt::format("comparing set `{}` of {}{} with the sets of the manifest",
                                                     named.tag->str(), file, suffix)));
    }
    resolve::Dependency dependency{package(*set, *named.label), *named.requirement,
                                   fmt::format("{}:{}{}", file, named.where.line, suffix)};
    restrict(dependency, voices_of(*named.source, origin));
    out.push_back(std::move(dependency));
  }
  return out;
}

// Restricts it to versions that the named URLs of the set offer, or the URLs that decide the set.
void Graph::restrict(resolve::Dependency& dependency, const VersionSources& named) const {
  const auto& package = at(dependency.package);
  if (!package.versions) return;
  const auto voices = deciders_.relevant(package.set, named);
  std::vector<std::size_t> counted;
  for (std::size_t i = 0; i < package.candidates.size(); ++i) {
    if (counts(package, i, voices)) counted.push_back(i);
  }
  if (counted.size() == package.candidates.size()) return;
  dependency.counted = std::move(counted);
  std::vector<std::string> urls;
  for (const auto& url : urls_of(voices)) urls.push_back(url.str());
  dependency.note += fmt::format(", from {}", fmt::join(urls, " and "));
}

bool Graph::counts(const Package& package, std::size_t version, const VersionSources& voices) const {
  const auto& candidate = package.candidates[version];
  if (candidate.local || candidate.replaces) return true;
  return !voices.empty() && std::ranges::all_of(voices, [&](const Places& places) {
    return revision_at(sets_, places, package.set, package.label, package.versions->list[version]) == candidate.rev;
  });
}

// --- failures

std::optional<Error> Graph::failure_of(const resolve::Need& need) const {
  const auto& package = at(need.package);
  if (package.failure) return package.failure;
  if (need.version && *need.version < package.candidates.size()) return package.candidates[*need.version].failure;
  return std::nullopt;
}

std::optional<Graph::Silent> Graph::silent_for(resolve::PackageId id) const {
  const auto& package = at(id);
  for (const auto& url : urls_of(voices_of(package))) {
    if (sets_.answered(url, package.label)) continue;
    if (const auto* failure = sets_.failure(url)) return Silent{url, *failure};
  }
  return std::nullopt;
}

// --- solutions

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
  return asked_;
}

bool Graph::is_local(const resolve::Selected& selected) const {
  return origin_of(at(selected.package), selected.version).local;
}

const std::vector<atom::Url>& Graph::offered_by(const resolve::Selected& selected) const {
  return at(selected.package).candidates[selected.version].urls;
}

Places Graph::deciding(const atom::ObjectId& set) const {
  const auto* voices = deciders_.of(set);
  return voices == nullptr ? Places{} : urls_of(*voices);
}

// --- messages

std::string Graph::tag_of(const atom::ObjectId& set) const {
  if (local_ && local_->genesis == set) return "::";
  const auto known = tags_.find(set);
  return known == tags_.end() ? set.hex().substr(0, 12) : known->second;
}

std::string Graph::file_of(const Package& package, std::size_t version) const {
  return fmt::format("{} of {} {}", atom_file, package.label.str(), package.versions->list[version].str());
}

std::optional<std::string> Graph::advice(resolve::PackageId id) const {
  const auto& package = at(id);
  const auto urls = urls_of(package.named);
  if (deciders_.decide(package.set) || urls.size() < 2) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& url : urls) names.push_back(url.str());
  return fmt::format(
      "dependencies use different URLs for the set of `{}`: {}; only versions with the same revision at each URL are "
      "used; to use only one URL, add it to [package.sets]",
      package.label.str(), fmt::join(names, " and "));
}

coro::Task<> Graph::explain_absences() {
  for (auto& package : packages_) {
    if (!package.versions || !package.versions->list.empty() || context_.settings.offline) continue;
    if (!package.left_out.empty()) continue;
    auto& why = package.versions->none_because;
    const bool is_own = local_ && local_->genesis == package.set;
    if (is_own && local_->except == package.label) {
      why = fmt::format("it is this atom, and set `{}` has no other version of it", tag_of(package.set));
      continue;
    }
    std::vector<std::string> labels;
    if (is_own) {
      for (const auto& [label, atom] : local_set_->atoms) labels.push_back(label.str());
    }
    for (const auto& url : urls_of(voices_of(package))) {
      if (sets_.offer(url) == nullptr) continue;
      try {
        const auto offer = co_await whole_offer(context_, url);
        for (const auto& [label, versions] : offer.atoms) labels.push_back(label.str());
        break;
      } catch (const Error&) {
        // It answered a moment ago, and that answer is enough to know that there is no such atom.
      }
    }
    if (labels.empty()) why = fmt::format("set `{}` has no {}atoms", tag_of(package.set), is_own ? "" : "published ");
    if (!labels.empty()) why += "; " + labels_hint(package.label, labels);
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
