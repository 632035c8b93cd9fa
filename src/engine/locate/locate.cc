#include "engine/locate/locate.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_commit.h"
#include "engine/context/timed.h"
#include "engine/locate/offer.h"
#include "engine/locate/sets.h"
#include "engine/locate/vouched.h"

namespace eka::engine {
namespace {

std::set<atom::Label> labels_of(const std::vector<atom::AtomUri>& uris) {
  std::set<atom::Label> out;
  for (const auto& uri : uris) out.insert(uri.label);
  return out;
}

using Versions = std::map<atom::Version, atom::ObjectId>;

std::optional<atom::Version> version_of(const Versions& versions, const atom::ObjectId& rev) {
  const auto found = std::ranges::find(versions, rev, &Versions::value_type::second);
  return found == versions.end() ? std::nullopt : std::optional(found->first);
}

// The version whose revision is, or begins with, that of the URI.
Result<atom::Version> choose_revision(const Versions& versions, const atom::AtomUri& uri) {
  std::optional<atom::Version> out;
  for (const auto& [version, rev] : versions) {
    if (!rev.hex().starts_with(uri.rev)) continue;
    if (out) {
      return std::unexpected(
          Error(Kind::usage, fmt::format("{} is the beginning of several revisions of `{}`", uri.rev, uri.label.str()))
              .with_hint("write more digits"));
    }
    out = version;
  }
  if (out) return *std::move(out);
  return std::unexpected(
      Error(Kind::unsatisfiable, fmt::format("no version of `{}` has the revision {}", uri.label.str(), uri.rev))
          .with_hint("`eka show --json` lists the revisions of published versions"));
}

bool is_exact(const atom::AtomUri& uri) {
  return !uri.rev.empty() || (uri.requirement && uri.requirement->exact());
}

bool all_exact_and_there(const SetOffer& offer, const std::vector<atom::AtomUri>& uris) {
  return std::ranges::all_of(uris, [&](const atom::AtomUri& uri) {
    const auto atom = offer.atoms.find(uri.label);
    if (atom == offer.atoms.end()) return false;
    if (const auto rev = atom::ObjectId::parse(uri.rev)) return version_of(atom->second, *rev).has_value();
    const auto exact = uri.requirement ? uri.requirement->exact() : std::nullopt;
    return exact && atom->second.contains(*exact);
  });
}

// If yanked versions would satisfy the URI, which nothing else does.
Error with_yanked(Error error, const SetOffer& offer, atom::AtomUri uri) {
  const auto yanked = offer.yanked.find(uri.label);
  const auto requirement = std::exchange(uri.requirement, std::nullopt).value_or(atom::Requirement{});
  if (yanked == offer.yanked.end() || !uri.rev.empty()) return error;
  const auto would_do = [&](const auto& each) { return requirement.matches(each.first); };
  const auto newest = std::ranges::find_if(yanked->second | std::views::reverse, would_do);
  if (newest == yanked->second.rend()) return error;
  const auto version = newest->first.str();
  return std::move(error).with_hint(
      fmt::format("{} is yanked: name it exactly to use it nevertheless: {}@={}", version, uri.str(), version));
}

}  // namespace

std::vector<std::string> prefixes_of(const std::set<atom::Label>& labels) {
  std::vector<std::string> prefixes;
  for (const auto& label : labels) {
    prefixes.push_back(atom::atom_ref_prefix(label));
    prefixes.push_back(atom::meta_ref_prefix(label));
  }
  return prefixes;
}

coro::Task<SetOffer> ask_offer(Context& context, Remotes& remotes, atom::Url url, std::vector<std::string> prefixes) {
  prefixes.emplace_back(atom::init_ref);
  std::ranges::sort(prefixes);
  prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  auto& remote = remotes.at(url);
  const Requesting requesting(context.observer, Stage::query, url.str());
  const auto refs = co_await remote.ls_refs(prefixes);
  auto offer = read_offer(url, refs);
  context.cache->vouched().remember_genesis(remotes.reached_at(url), offer.genesis);
  remember_yanked(context, remotes, url, prefixes, offer);
  co_return offer;
}

Result<atom::Version> choose_version(const atom::Label& label, const atom::Requirement& requirement,
                                     const std::vector<atom::Version>& offered) {
  std::optional<atom::Version> best;
  for (const auto& version : offered) {
    if (requirement.matches(version) && (!best || *best < version)) best = version;
  }
  if (best) return *best;
  if (offered.empty()) {
    return std::unexpected(Error(Kind::unsatisfiable, fmt::format("no atom `{}` in this set", label.str())));
  }
  auto sorted = offered;
  std::ranges::sort(sorted, std::greater<>{});
  std::vector<std::string> shown;
  for (const auto& version : sorted | std::views::take(8)) shown.push_back(version.str());
  const auto more = sorted.size() > shown.size() ? fmt::format(" and {} more", sorted.size() - shown.size()) : "";
  return std::unexpected(
      Error(Kind::unsatisfiable, fmt::format("no version of `{}` satisfies {}", label.str(), requirement.str()))
          .with_hint(fmt::format("published: {}{}", fmt::join(shown, ", "), more)));
}

Result<Published> choose_published(const SetOffer& offer, const atom::AtomUri& uri) {
  const auto requirement = uri.requirement.value_or(atom::Requirement{});
  const auto atom = offer.atoms.find(uri.label);
  auto versions = offer.usable(uri.label);
  if (atom != offer.atoms.end() && is_exact(uri)) {
    versions.clear();
    for (const auto& [version, rev] : atom->second) versions.push_back(version);
  }
  if (atom != offer.atoms.end() && versions.empty()) {
    Error error(Kind::unsatisfiable, fmt::format("all versions of `{}` are yanked", uri.label.str()));
    return std::unexpected(with_yanked(std::move(error), offer, uri));
  }
  auto version = atom == offer.atoms.end() || uri.rev.empty() ? choose_version(uri.label, requirement, versions)
                                                              : choose_revision(atom->second, uri);
  if (!version) return std::unexpected(with_yanked(std::move(version).error(), offer, uri));
  const auto rev = atom->second.at(*version);
  return Published{offer.genesis, uri.label, *std::move(version), rev};
}

coro::Task<std::vector<std::string>> offered_labels(Context& context, Remotes& remotes, atom::Url url) {
  std::vector<std::string> labels;
  if (context.settings.offline && !url.is_local()) co_return labels;
  try {
    auto& remote = remotes.at(url);
    std::vector<std::string> prefixes{std::string(atom::init_ref), std::string(atoms_prefix)};
    const auto refs = co_await remote.ls_refs(std::move(prefixes));
    const auto offer = read_offer(url, refs);
    for (const auto& [known, versions] : offer.atoms) labels.push_back(known.str());
  } catch (const Error&) {
    labels.clear();  // the error that needs the hint is reported without it
  }
  co_return labels;
}

coro::Task<std::vector<Result<Published>>> locate(Context& context, Remotes& remotes, atom::Url url,
                                                  std::vector<atom::AtomUri> uris) {
  const bool offline = context.settings.offline && !url.is_local();
  bool fresh = false;
  std::optional<SetOffer> offer;
  if (offline) {
    offer = co_await offline_offer(context, remotes, url, labels_of(uris));
    context.observer.note(fmt::format("offline: using cached versions of {}", url.str()));
  } else {
    offer = remembered_offer(context, remotes, url, labels_of(uris));
    fresh = !offer || !all_exact_and_there(*offer, uris);
  }
  if (fresh) {
    offer = co_await ask_offer(context, remotes, url, prefixes_of(labels_of(uris)));
    context.sets().learn(url, labels_of(uris), *offer);
  }
  std::vector<std::string> labels;
  const auto is_unknown = [&](const atom::AtomUri& uri) { return !offer->atoms.contains(uri.label); };
  const bool some_unknown = fresh && std::ranges::any_of(uris, is_unknown);
  if (some_unknown) labels = co_await offered_labels(context, remotes, url);
  std::vector<Result<Published>> out;
  for (const auto& uri : uris) {
    auto found = choose_published(*offer, uri);
    if (some_unknown && is_unknown(uri)) {
      Error error = std::move(found).error();
      found = std::unexpected(std::move(error).with_hint(labels_hint(uri.label, labels)));
    }
    if (found && fresh) {
      const std::vector<Published> said{*found};
      if (auto same = remember_vouched(context, remotes, url, said); !same) found = std::unexpected(same.error());
    }
    // What is not cached may still exist: this is another error than "no such version".
    if (!found && offline) found = std::unexpected(Error(Kind::offline, found.error().message() + " (in the cache)"));
    out.push_back(std::move(found));
  }
  co_return out;
}

}  // namespace eka::engine
