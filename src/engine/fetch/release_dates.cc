#include "engine/fetch/release_dates.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "atom/config/cutoff.h"
#include "atom/names/atom_commit.h"
#include "coro/task/task_group.h"
#include "engine/context/timed.h"
#include "engine/fetch/fetch_evidence.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

using Ids = std::vector<atom::ObjectId>;
using Time = ReleaseDates::Time;

constexpr Time end_of_calendar = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

std::optional<Time> read_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || seconds < 0 || seconds >= end_of_calendar.time_since_epoch().count())
    return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

// The origin of an atom according to its commit.
std::optional<atom::ObjectId> origin_of(const git::SourceRepository& evidence, const atom::ObjectId& rev) {
  const auto text = evidence.commit_text(rev);
  if (!text) return std::nullopt;
  const auto commit = atom::AtomCommit::parse(*text);
  return commit ? std::optional(commit->origin) : std::nullopt;
}

// The origins that are not among those that were requested.
Ids missing_origins(const git::SourceRepository& evidence, const std::vector<Release>& releases,
                    const std::set<atom::ObjectId>& requested) {
  std::set<atom::ObjectId> out;
  for (const auto& release : releases) {
    const auto origin = origin_of(evidence, release.atom.rev);
    if (origin && !requested.contains(*origin)) out.insert(*origin);
  }
  return {out.begin(), out.end()};
}

std::map<atom::ObjectId, Time> dates_in(const git::SourceRepository& evidence, const std::vector<Release>& releases) {
  std::map<atom::ObjectId, Time> out;
  for (const auto& release : releases) {
    const auto origin = origin_of(evidence, release.atom.rev);
    const auto text = origin ? evidence.commit_text(*origin) : std::nullopt;
    const auto time = text ? committed_at(*text) : std::nullopt;
    if (time) out.emplace(release.atom.rev, *time);
  }
  return out;
}

// Of commits: without trees and without parents.
git::FetchOptions commits_only(const std::vector<Release>& releases) {
  git::FetchOptions out;
  out.depth = 1;
  out.filter = git::Filter::trees;
  out.filter_required = true;
  for (const auto& [atom, origin, urls] : releases) {
    out.known_refs.push_back({atom.rev, atom::atom_ref(atom.label, atom.version)});
    if (origin) out.known_refs.push_back({*origin, atom::origin_ref(atom.label, atom.version)});
  }
  return out;
}

}  // namespace

std::optional<Time> committed_at(const std::string& commit_text) {
  constexpr std::string_view header = "\ncommitter ";
  const auto headers = std::string_view(commit_text).substr(0, commit_text.find("\n\n"));
  const auto at = headers.find(header);
  if (at == headers.npos) return std::nullopt;
  const auto rest = headers.substr(at + header.size());
  const auto line = rest.substr(0, rest.find('\n'));
  const auto end_of_name = line.rfind("> ");
  return end_of_name == line.npos ? std::nullopt : read_seconds(line.substr(end_of_name + 2));
}

ReleaseDates::ReleaseDates(Context& context, Remotes& remotes) : context_(context), remotes_(remotes) {
  if (!context.settings.newest_before) return;
  limit_ = context.settings.newest_before->at(std::chrono::floor<std::chrono::seconds>(context.clock.date()));
}

bool ReleaseDates::is_left_out(const atom::ObjectId& rev) const {
  if (!limit_) return false;
  const auto time = published(rev);
  return !time || *time >= *limit_;
}

std::optional<Time> ReleaseDates::published(const atom::ObjectId& rev) const {
  const auto known = dates_.find(rev);
  if (known == dates_.end()) return std::nullopt;
  return std::max(known->second, not_before(rev));
}

Time ReleaseDates::not_before(const atom::ObjectId& rev) const {
  const auto known = not_before_.find(rev);
  return known == not_before_.end() ? Time{} : known->second;
}

std::string ReleaseDates::shown(const atom::ObjectId& rev) const {
  const auto known = dates_.find(rev);
  if (known == dates_.end()) return "date unknown";
  if (not_before(rev) > known->second) return "listed after " + atom::timestamp(not_before(rev));
  return atom::timestamp(known->second);
}

coro::Task<> ReleaseDates::learn(std::vector<Release> releases) {
  if (!limit_) co_return;
  if (context_.settings.newest_before->is_age()) recall_listings(releases);
  std::map<std::vector<atom::Url>, std::vector<Release>> missing;
  for (auto& release : unknown_among(std::move(releases))) missing[release.urls].push_back(std::move(release));
  std::vector<coro::Task<>> tasks;
  for (auto& [urls, each] : missing) tasks.push_back(learn_from_any(urls, std::move(each)));
  co_await coro::all(std::move(tasks));
}

// A remote that listed a version earlier than the others shows that it was published then.
void ReleaseDates::recall_listings(const std::vector<Release>& releases) {
  std::map<std::pair<atom::Url, atom::Label>, store::Listing> listings;
  const auto listed_after = [&](const Published& atom, const atom::Url& url) {
    const auto [place, is_new] = listings.try_emplace({url, atom.label});
    if (is_new)
      place->second = context_.cache->listings().get(remotes_.reached_at(url), atom.set, {atom.label}).front();
    const auto found = place->second.versions.find(atom.version);
    return found == place->second.versions.end() ? Time{} : found->second;
  };
  for (const auto& [atom, origin, urls] : releases) {
    std::optional<Time> earliest;
    for (const auto& url : urls) {
      const auto time = listed_after(atom, url);
      earliest = std::min(time, earliest.value_or(time));
    }
    if (earliest && *earliest > Time{}) not_before_.insert_or_assign(atom.rev, *earliest);
  }
}

// Without those whose dates the cache has.
std::vector<Release> ReleaseDates::unknown_among(std::vector<Release> releases) {
  std::erase_if(releases, [this](const Release& release) {
    return dates_.contains(release.atom.rev) || tried_.contains(release.atom.rev);
  });
  std::vector<std::string> keys;
  for (const auto& release : releases) keys.emplace_back(store::key_of(release.atom.rev));
  const auto values = context_.cache->facts().get_all(store::Fact::released, keys);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto time = values[i] ? read_seconds(*values[i]) : std::nullopt;
    if (time) dates_.emplace(releases[i].atom.rev, *time);
  }
  std::erase_if(releases, [this](const Release& release) { return dates_.contains(release.atom.rev); });
  return releases;
}

coro::Task<> ReleaseDates::learn_from_any(std::vector<atom::Url> urls, std::vector<Release> releases) {
  std::optional<Error> failure;
  for (const auto& url : urls) {
    if (unable_.contains(url) || (context_.settings.offline && !url.is_local())) continue;
    try {
      co_await learn_from(url, releases);
      failure.reset();
      break;
    } catch (const git::CapabilityMissing& error) {
      unable_.insert(url);
      context_.observer.note(fmt::format(
          "cannot find out when the versions at {} were published, so that resolve.newest-before leaves them "
          "out: {}",
          url.str(), error.message()));
    } catch (const Error& error) {
      failure = error;
    }
  }
  if (failure) throw std::move(*failure).within("finding out when versions were published");
  for (const auto& release : releases) {
    if (!dates_.contains(release.atom.rev)) tried_.insert(release.atom.rev);
  }
}

coro::Task<> ReleaseDates::learn_from(atom::Url url, std::vector<Release> releases) {
  auto& remote = remotes_.at(url);
  const Requesting requesting(context_.observer, Stage::query, url.str());
  const auto evidence = co_await context_.cache->objects().begin_evidence();
  const auto open = [&] { return git::SourceRepository::at(evidence->directory()); };
  std::set<atom::ObjectId> named;
  for (const auto& release : releases) {
    named.insert(release.atom.rev);
    if (release.origin) named.insert(*release.origin);
  }
  Ids wants(named.begin(), named.end());
  const auto options = commits_only(releases);
  co_await fetch_available(context_, remote, *evidence, std::move(wants), options);
  // Usually none: refs name them.
  auto missing = co_await coro::offload(context_.pool, [&] { return missing_origins(open(), releases, named); });
  co_await fetch_available(context_, remote, *evidence, std::move(missing), options);
  const auto found = co_await coro::offload(context_.pool, [&] { return dates_in(open(), releases); });
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [rev, time] : found) {
    facts.emplace_back(store::key_of(rev), std::to_string(time.time_since_epoch().count()));
  }
  context_.cache->facts().put_all(store::Fact::released, facts);
  dates_.insert(found.begin(), found.end());
}

}  // namespace eka::engine
