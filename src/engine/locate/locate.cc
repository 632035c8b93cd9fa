#include "engine/locate/locate.h"

#include <algorithm>
#include <optional>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_commit.h"
#include "engine/locate/offer.h"

namespace eka::engine {
namespace {

coro::Task<std::optional<SetOffer>> cached_offer(Context& context, atom::Url url, std::vector<atom::AtomUri> uris) {
  const auto genesis = context.cache->genesis_of(url);
  if (!genesis) co_return std::nullopt;
  SetOffer offer{*genesis, {}};
  for (const auto& uri : uris) {
    const auto cached = co_await context.cache->versions(*genesis, uri.label);
    for (const auto& atom : cached) offer.atoms[uri.label].emplace(atom.version, atom.rev);
  }
  co_return offer;
}

bool all_exact_and_there(const SetOffer& offer, const std::vector<atom::AtomUri>& uris) {
  return std::ranges::all_of(uris, [&](const atom::AtomUri& uri) {
    const auto exact = uri.requirement ? uri.requirement->exact() : std::nullopt;
    const auto atom = offer.atoms.find(uri.label);
    return exact && atom != offer.atoms.end() && atom->second.contains(*exact);
  });
}

coro::Task<SetOffer> ask(Context& context, Remotes& remotes, atom::Url url, std::vector<atom::AtomUri> uris) {
  std::vector<std::string> prefixes{std::string(atom::init_ref)};
  for (const auto& uri : uris) prefixes.push_back(atom::atom_ref_prefix(uri.label));
  std::ranges::sort(prefixes);
  prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  auto& remote = remotes.at(url);
  const auto refs = co_await remote.ls_refs(std::move(prefixes));
  auto offer = read_offer(url, refs);
  context.cache->remember_genesis(url, offer.genesis);
  co_return offer;
}

}  // namespace

Result<atom::Version> choose_version(const atom::Label& label, const atom::Requirement& requirement,
                                     const std::vector<atom::Version>& offered) {
  std::optional<atom::Version> best;
  for (const auto& version : offered) {
    if (requirement.matches(version) && (!best || *best < version)) best = version;
  }
  if (best) return *best;
  if (offered.empty()) {
    return std::unexpected(Error(Kind::unsatisfiable, fmt::format("there is no atom `{}` in this set", label.str())));
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
  std::vector<atom::Version> versions;
  const auto atom = offer.atoms.find(uri.label);
  if (atom != offer.atoms.end()) {
    for (const auto& [version, rev] : atom->second) versions.push_back(version);
  }
  auto version = choose_version(uri.label, uri.requirement.value_or(atom::Requirement{}), versions);
  if (!version) return std::unexpected(version.error());
  const auto rev = atom->second.at(*version);
  return Published{offer.genesis, uri.label, *std::move(version), rev};
}

coro::Task<std::vector<Result<Published>>> locate(Context& context, Remotes& remotes, atom::Url url,
                                                  std::vector<atom::AtomUri> uris) {
  auto known = co_await cached_offer(context, url, uris);
  const bool offline = context.settings.offline && !url.is_local();
  if (offline && !known) {
    throw Error(Kind::offline, fmt::format("offline, and nothing of {} is cached", url.str()))
        .with_hint("run once without --offline");
  }
  if (offline) {
    context.observer.note(fmt::format("offline: choosing among the cached versions of {}", url.str()));
  } else if (!known || !all_exact_and_there(*known, uris)) {
    known = co_await ask(context, remotes, url, uris);
  }
  std::vector<Result<Published>> out;
  for (const auto& uri : uris) out.push_back(choose_published(*known, uri));
  if (offline) {
    // What is not cached may well exist: that is another error than "no such version".
    for (auto& result : out) {
      if (!result) result = std::unexpected(Error(Kind::offline, result.error().message() + " (in the cache)"));
    }
  }
  co_return out;
}

}  // namespace eka::engine
