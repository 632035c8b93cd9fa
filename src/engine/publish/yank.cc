#include "engine/publish/yank.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atom/names/atom_commit.h"
#include "coro/run/pool.h"
#include "engine/locate/offer.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/set_remote.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

struct Place {
  std::filesystem::path base;  // where git pushes from
  atom::Url url;
};

Place place_of(const YankRequest& request) {
  const auto repository = git::SourceRepository::discover(request.directory);
  return {repository.directory(), remote_url(remote_named(repository, request.remote), repository.directory())};
}

// Kind::usage if it is not published.
void check_published(const SetOffer& offer, const atom::Url& url, const atom::Label& label,
                     const atom::Version& version) {
  const auto found = offer.atoms.find(label);
  if (found != offer.atoms.end() && found->second.contains(version)) return;
  Error error(Kind::usage, fmt::format("{} {} is not published at {}", label.str(), version.str(), url.str()));
  if (found == offer.atoms.end()) throw std::move(error).with_hint("`eka list` shows what is published");
  std::vector<std::string> known;
  for (const auto& [each, rev] : found->second) known.push_back(each.str());
  throw std::move(error).with_hint(fmt::format("published: {}", fmt::join(known, ", ")));
}

coro::Task<SetOffer> ask(Context& context, const YankRequest& request, const atom::Url& url) {
  std::vector<std::string> prefixes{std::string(atom::init_ref)};
  for (const auto& [label, version] : request.versions) {
    prefixes.push_back(atom::atom_ref_prefix(label));
    prefixes.push_back(atom::yanked_ref(label, version));
  }
  std::ranges::sort(prefixes);
  prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  const auto refs = co_await ask_set_remote(context, url, std::move(prefixes));
  co_return read_offer(url, refs);
}

}  // namespace

coro::Task<YankReport> yank(Context& context, YankRequest request) {
  const auto place = co_await coro::offload(context.pool, [&] { return place_of(request); });
  const auto genesis = co_await find_genesis(context, request.directory, "HEAD", request.remote);
  const auto offer = co_await ask(context, request, place.url);
  if (offer.genesis != genesis) throw another_set(place.url, offer.genesis, genesis);
  YankReport report{place.url.str(), {}};
  std::vector<git::PushedRef> pushed;
  atom::ObjectId why;
  if (!request.undo) {
    why = co_await coro::offload(context.pool, [&] {
      return git::SourceRepository::discover(request.directory).write_blob(request.reason + "\n");
    });
  }
  for (const auto& [label, version] : request.versions) {
    check_published(offer, place.url, label, version);
    const bool changes = offer.is_yanked(label, version) == request.undo;
    report.versions.push_back({label, version, changes, std::nullopt});
    if (changes) pushed.push_back({why, atom::yanked_ref(label, version)});
  }
  if (pushed.empty()) co_return report;
  const auto outcomes = co_await context.connector->push(place.base, place.url, pushed);
  for (auto& entry : report.versions) {
    const auto outcome =
        std::ranges::find(outcomes, atom::yanked_ref(entry.label, entry.version), &git::PushOutcome::ref);
    if (outcome == outcomes.end() || outcome->accepted) continue;
    auto reason = outcome->reason;
    for (const auto& line : outcome->said) reason += "\nremote: " + line;
    entry.changed = false;
    entry.refusal = Error(Kind::remote, std::move(reason));
  }
  co_return report;
}

}  // namespace eka::engine
