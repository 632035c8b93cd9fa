#include "engine/resolve/version_sources.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace eka::engine {
namespace {

using Versions = std::map<atom::Version, atom::ObjectId>;

const Versions* versions_at(const Sets& sets, const atom::Url& url, const atom::ObjectId& set,
                            const atom::Label& label) {
  const auto* offer = sets.offer(url);
  if (offer == nullptr || offer->genesis != set) return nullptr;
  const auto found = offer->atoms.find(label);
  return found == offer->atoms.end() ? nullptr : &found->second;
}

std::optional<atom::ObjectId> manifest_at(const Sets& sets, const atom::Url& url, const atom::Label& label,
                                          const atom::Version& version) {
  const auto& manifests = sets.offer(url)->manifests;
  const auto of_label = manifests.find(label);
  if (of_label == manifests.end()) return std::nullopt;
  const auto found = of_label->second.find(version);
  return found == of_label->second.end() ? std::nullopt : std::optional(found->second);
}

struct Word {
  atom::ObjectId said;
  atom::Url by;
};

Result<void> compare(std::map<atom::Version, Word>& known, const atom::Version& version, const atom::ObjectId& said,
                     const atom::Url& by, const std::string& what) {
  const auto& first = known.try_emplace(version, Word{said, by}).first->second;
  if (first.said == said) return {};
  return std::unexpected(
      Error(Kind::integrity, fmt::format("mirrors of a set disagree: {} {} is {} at {}, but {} at {}", what,
                                         version.str(), first.said.hex(), first.by.str(), said.hex(), by.str()))
          .with_hint("one of them is wrong: contact the owner of the set"));
}

// Checks that no two of the URLs name different revisions or manifests for a version.
Result<void> check_agreement(const Sets& sets, const Places& places, const atom::ObjectId& set,
                             const atom::Label& label) {
  std::map<atom::Version, Word> revisions, manifests;
  for (const auto& url : places) {
    const auto* versions = versions_at(sets, url, set, label);
    if (versions == nullptr) continue;
    for (const auto& [version, rev] : *versions) {
      if (auto same = compare(revisions, version, rev, url, label.str()); !same) return same;
      const auto blob = manifest_at(sets, url, label, version);
      if (!blob) continue;
      if (auto same = compare(manifests, version, *blob, url, "the manifest of " + label.str()); !same) return same;
    }
  }
  return {};
}

// The manifests named by all URLs that offer a revision.
struct ManifestNames {
  std::set<atom::ObjectId> named;
  bool everybody = true;
};

}  // namespace

Places places_of(std::vector<atom::Url> urls) {
  std::ranges::sort(urls);
  urls.erase(std::ranges::unique(urls).begin(), urls.end());
  return urls;
}

Places urls_of(const VersionSources& voices) {
  std::vector<atom::Url> out;
  for (const auto& places : voices) out.insert(out.end(), places.begin(), places.end());
  return places_of(std::move(out));
}

std::optional<atom::ObjectId> revision_at(const Sets& sets, const Places& places, const atom::ObjectId& set,
                                          const atom::Label& label, const atom::Version& version) {
  std::optional<atom::ObjectId> out;
  for (const auto& url : places) {
    const auto* versions = versions_at(sets, url, set, label);
    if (versions == nullptr) continue;
    const auto found = versions->find(version);
    if (found == versions->end()) continue;
    if (out && *out != found->second) return std::nullopt;
    out = found->second;
  }
  return out;
}

Result<std::vector<OfferedVersion>> offered_versions(const Sets& sets, const VersionSources& voices,
                                                     const atom::ObjectId& set, const atom::Label& label,
                                                     bool decides) {
  if (decides) {
    for (const auto& places : voices) {
      if (auto agreed = check_agreement(sets, places, set, label); !agreed) return std::unexpected(agreed.error());
    }
  }
  std::map<std::pair<atom::Version, atom::ObjectId>, OfferedVersion> found;
  std::map<std::pair<atom::Version, atom::ObjectId>, ManifestNames> manifests;
  for (const auto& url : urls_of(voices)) {
    const auto* versions = versions_at(sets, url, set, label);
    if (versions == nullptr) continue;
    for (const auto& [version, rev] : *versions) {
      const std::pair key(version, rev);
      found.try_emplace(key, OfferedVersion{version, rev, std::nullopt, {}}).first->second.urls.push_back(url);
      if (sets.offer(url)->is_yanked(label, version)) found.at(key).yanked = true;
      const auto blob = manifest_at(sets, url, label, version);
      auto& names = manifests[key];
      if (blob) names.named.insert(*blob);
      names.everybody = names.everybody && blob;
    }
  }
  std::vector<OfferedVersion> out;
  for (auto& [key, version] : found) {
    const auto& names = manifests.at(key);
    // A URL that does not decide is not trusted for the manifest if another one names none or a different one: then the
    // atom is read.
    if (names.named.size() == 1 && (decides || names.everybody)) version.manifest_blob = *names.named.begin();
    out.push_back(std::move(version));
  }
  return out;
}

const VersionSources* Deciders::of(const atom::ObjectId& set) const {
  const auto found = sets_.find(set);
  return found == sets_.end() ? nullptr : &found->second;
}

VersionSources Deciders::relevant(const atom::ObjectId& set, const VersionSources& named) const {
  const auto* all = of(set);
  if (all == nullptr) return named;
  const auto urls = urls_of(named);
  VersionSources out;
  for (const auto& places : *all) {
    const bool shared =
        std::ranges::any_of(places, [&](const auto& url) { return std::ranges::binary_search(urls, url); });
    if (shared) out.insert(places);
  }
  return out.empty() ? *all : out;
}

bool Deciders::may_speak(const atom::ObjectId& set, const atom::Url& url) const {
  const auto* all = of(set);
  if (all == nullptr) return true;
  return std::ranges::any_of(*all, [&](const Places& places) { return std::ranges::binary_search(places, url); });
}

}  // namespace eka::engine
