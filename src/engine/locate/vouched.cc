#include "engine/locate/vouched.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"

namespace eka::engine {

std::optional<SetOffer> remembered_offer(Context& context, const Remotes& remotes, const atom::Url& url,
                                         const std::set<atom::Label>& labels) {
  const auto place = remotes.reached_at(url);
  const auto genesis = context.cache->vouched().genesis_at(place);
  if (!genesis) return std::nullopt;
  SetOffer offer{*genesis};
  const std::vector<atom::Label> list(labels.begin(), labels.end());
  const auto vouched = context.cache->vouched().versions(place, *genesis, list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (const auto& [version, rev] : vouched[i]) offer.atoms[list[i]].emplace(version, rev);
  }
  offer.yanked = context.cache->vouched().yanked(place, *genesis);
  std::erase_if(offer.yanked, [&](const auto& entry) { return !labels.contains(entry.first); });
  return offer;
}

std::set<atom::Label> remembered_labels(Context& context, const Remotes& remotes, const atom::Url& url) {
  const auto place = remotes.reached_at(url);
  const auto genesis = context.cache->vouched().genesis_at(place);
  return genesis ? context.cache->vouched().labels(place, *genesis) : std::set<atom::Label>();
}

coro::Task<SetOffer> offline_offer(Context& context, const Remotes& remotes, atom::Url url,
                                   std::set<atom::Label> labels) {
  auto offer = remembered_offer(context, remotes, url, labels);
  if (!offer) {
    throw Error(Kind::offline, fmt::format("offline: nothing of {} is cached", url.str()))
        .with_hint("run the command once without --offline");
  }
  std::vector<atom::ObjectId> revs;
  for (const auto& [label, versions] : offer->atoms) {
    for (const auto& [version, rev] : versions) revs.push_back(rev);
  }
  const auto commits = co_await context.cache->objects().commits(std::move(revs));
  std::size_t next = 0;
  for (auto& [label, versions] : offer->atoms) {
    std::erase_if(versions, [&](const auto&) { return !commits[next++]; });
  }
  std::erase_if(offer->atoms, [](const auto& atom) { return atom.second.empty(); });
  co_return *std::move(offer);
}

Result<void> remember_vouched(Context& context, const Remotes& remotes, const atom::Url& url,
                              const std::vector<Published>& atoms) {
  const auto place = remotes.reached_at(url);
  std::map<atom::ObjectId, std::vector<store::AtomName>> sets;
  for (const auto& atom : atoms) sets[atom.set].push_back({atom.label, atom.version, atom.rev});
  for (const auto& [genesis, names] : sets) {
    std::vector<atom::Label> labels;
    for (const auto& name : names) labels.push_back(name.label);
    const auto known = context.cache->vouched().versions(place, genesis, labels);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& [label, version, rev] = names[i];
      const auto same = std::ranges::find(known[i], version, &store::CachedAtom::version);
      if (same == known[i].end() || same->rev == rev) continue;
      return std::unexpected(
          Error(Kind::integrity, fmt::format("{} {} is now revision {} at {}, but was {} there before", label.str(),
                                             version.str(), rev.hex(), url.str(), same->rev.hex()))
              .with_hint("published versions must not change: contact the owner of the set"));
    }
  }
  for (const auto& [genesis, names] : sets) context.cache->vouched().remember(place, genesis, names);
  return {};
}

void remember_yanked(Context& context, const Remotes& remotes, const atom::Url& url,
                     const std::vector<std::string>& prefixes, const SetOffer& offer) {
  const auto is_covered = [&](const atom::Label& label) {
    for (auto beginning = atom::meta_ref_prefix(label); !beginning.empty(); beginning.pop_back()) {
      if (std::ranges::binary_search(prefixes, beginning)) return true;
    }
    return false;
  };
  const auto place = remotes.reached_at(url);
  auto& vouched = context.cache->vouched();
  const auto known = vouched.yanked(place, offer.genesis);
  auto now = known;
  std::erase_if(now, [&](const auto& entry) { return is_covered(entry.first); });
  for (const auto& [label, versions] : offer.yanked) {
    const auto published = offer.atoms.find(label);
    if (published == offer.atoms.end()) continue;
    for (const auto& [version, why] : versions) {
      if (published->second.contains(version)) now[label].emplace(version, why);
    }
  }
  if (now != known) vouched.remember_yanked(place, offer.genesis, now);
}

std::vector<atom::Url> vouchers(Context& context, const Remotes& remotes, const std::vector<atom::Url>& urls,
                                const Published& atom) {
  std::vector<atom::Url> out;
  for (const auto& url : urls) {
    const auto known = context.cache->vouched().versions(remotes.reached_at(url), atom.set, {atom.label}).front();
    if (std::ranges::any_of(known,
                            [&](const auto& each) { return each.version == atom.version && each.rev == atom.rev; })) {
      out.push_back(url);
    }
  }
  return out;
}

}  // namespace eka::engine
