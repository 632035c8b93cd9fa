#include "engine/fetcher.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "atom/atom_commit.h"
#include "coro/retry.h"
#include "coro/task_group.h"

namespace eka::engine {
namespace {

// A mirror whose transfer breaks in the middle is asked again from the start, this often in all.
constexpr coro::RetryPolicy transfer_policy{.attempts = 3};

Error no_mirror_left(std::vector<std::pair<std::string, Error>> failures) {
  if (failures.size() == 1) return std::move(failures.front().second);
  // The gravest kind decides: a mirror that lies matters more than one that sleeps.
  const auto gravest = std::ranges::max_element(failures, {}, [](const auto& f) { return f.second.kind(); });
  std::string message = "no mirror could deliver";
  for (const auto& [url, error] : failures) message += fmt::format("; {}: {}", url, error.message());
  return Error(gravest->second.kind(), message).with_hint(gravest->second.hint());
}

void merge_urls(std::vector<atom::Url>& into, const std::vector<atom::Url>& more) {
  for (const auto& url : more) {
    if (std::ranges::find(into, url) == into.end()) into.push_back(url);
  }
}

}  // namespace

coro::Task<> Fetcher::bring(std::vector<Published> atoms, Mirrors mirrors) {
  std::vector<std::shared_ptr<Flight>> mine;
  const bool leads = round_.empty();
  for (const auto& atom : atoms) {
    auto& flight = flights_[atom];
    if (!flight) {
      flight = std::make_shared<Flight>();
      round_[atom.set].atoms.push_back(atom);
    }
    mine.push_back(flight);
    // Of use even where another asker ordered the atom: one more place to get it from.
    if (const auto order = round_.find(atom.set); order != round_.end()) {
      merge_urls(order->second.mirrors, mirrors[atom.set]);
    }
  }
  if (leads && !round_.empty()) {
    // Let the others of this turn put their wants in first.
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_await serve_round();
  }
  for (const auto& flight : mine) {
    co_await flight->landed.wait();
    if (flight->error) throw Error(*flight->error);
  }
}

coro::Task<> Fetcher::serve_round() {
  const auto round = std::exchange(round_, {});
  std::vector<coro::Task<>> sets;
  for (const auto& [set, order] : round) sets.push_back(serve_set(set, order));
  co_await coro::all(std::move(sets));
}

coro::Task<> Fetcher::serve_set(atom::ObjectId, Order order) {
  std::optional<Error> error;
  const auto ordered = order.atoms;
  try {
    order.atoms = co_await missing(std::move(order.atoms));
    if (!order.atoms.empty()) co_await fetch_from_any(std::move(order));
  } catch (const Error& e) {
    error = e;
  }
  land(ordered, error);
}

void Fetcher::land(const std::vector<Published>& atoms, const std::optional<Error>& error) {
  for (const auto& atom : atoms) {
    const auto flight = flights_.at(atom);
    flight->error = error;
    flight->landed.set();
  }
}

// Only the ref of this very set makes an atom present. That its objects lie in the cache under another set's name, or
// because a run was killed before it wrote the ref, is no reason not to ask: a set vouches for its own atoms only.
coro::Task<std::vector<Published>> Fetcher::missing(std::vector<Published> atoms) {
  std::vector<atom::Label> labels;
  for (const auto& atom : atoms) labels.push_back(atom.label);
  const auto all_cached = co_await parts_.cache->versions(atoms.front().set, std::move(labels));
  std::vector<Published> out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto& atom = atoms[i];
    const auto& cached = all_cached[i];
    const auto same = std::ranges::find(cached, atom.version, &store::CachedAtom::version);
    if (same == cached.end()) {
      out.push_back(atom);
    } else if (same->rev != atom.rev) {
      throw Error(Kind::integrity, fmt::format("{} is revision {} here, but {} was seen before", atom.str(),
                                               atom.rev.hex(), same->rev.hex()))
          .with_hint("a published version never changes: ask the owner of the set");
    }
  }
  co_return out;
}

coro::Task<> Fetcher::fetch_from_any(Order order) {
  std::vector<std::pair<std::string, Error>> failures;
  for (const auto& mirror : order.mirrors) {
    try {
      co_await fetch_from(mirror, order.atoms);
      co_return;
    } catch (const Error& e) {
      failures.emplace_back(mirror.str(), e);
    }
  }
  if (failures.empty()) {
    throw Error(Kind::remote, fmt::format("nothing says where {} of set {} can be fetched from",
                                          order.atoms.front().str(), order.atoms.front().set.hex()))
        .with_hint("its lock says `::`: the set it lives in, which is not known here");
  }
  throw no_mirror_left(std::move(failures)).within("fetching " + order.atoms.front().str());
}

coro::Task<> Fetcher::bring_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors) {
  std::vector<std::pair<std::string, Error>> failures;
  for (const auto& mirror : mirrors) {
    try {
      git::FetchOptions options;
      co_await transfer(mirror, wants, std::move(options));
      co_return;
    } catch (const Error& e) {
      failures.emplace_back(mirror.str(), e);
    }
  }
  throw no_mirror_left(std::move(failures));
}

coro::Task<> Fetcher::fetch_from(atom::Url mirror, std::vector<Published> atoms) {
  std::vector<atom::ObjectId> wants;
  git::FetchOptions options;
  for (const auto& atom : atoms) {
    wants.push_back(atom.rev);
    options.known_refs.push_back({atom.rev, atom::atom_ref(atom.label, atom.version)});
  }
  co_await transfer(std::move(mirror), std::move(wants), std::move(options));
  co_await check_and_name(std::move(atoms));
}

// From one mirror into the cache.
coro::Task<> Fetcher::transfer(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  const auto name = mirror.str();
  auto& remote = remotes_.at(mirror);
  struct Transfer {
    store::Cache& cache;
    git::Remote& remote;
    std::vector<atom::ObjectId> wants;
    git::FetchOptions options;

    coro::Task<> operator()() const {
      auto intake = co_await cache.begin_intake();
      co_await remote.fetch(wants, *intake, options);
      co_await intake->admit(wants);
    }
  };
  parts_.observer.began(Stage::fetch_closure, name);
  const Transfer transfer{*parts_.cache, remote, std::move(wants), std::move(options)};
  const std::function<void(const Error&)> told = [&](const Error& e) {
    parts_.observer.note(name + ": again after: " + e.message());
  };
  co_await coro::retry(transfer_policy, coro::Clock::system(), transfer, told);
  parts_.observer.ended(Stage::fetch_closure, name);
}

// The ref is what makes an atom present, so it is written only for a commit that says what the name says.
coro::Task<> Fetcher::check_and_name(std::vector<Published> atoms) {
  std::vector<atom::ObjectId> revs;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await parts_.cache->commits(std::move(revs));
  std::vector<store::AtomName> names;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto& atom = atoms[i];
    if (!commits[i]) {
      throw Error(Kind::integrity, fmt::format("{} is not in the cache after it was fetched", atom.str()));
    }
    const auto claim = unwrap(atom::AtomCommit::parse(commits[i]->text));
    if (claim.label != atom.label || claim.version != atom.version) {
      throw Error(Kind::integrity, fmt::format("revision {} is {} {}, not {}", atom.rev.hex(), claim.label.str(),
                                               claim.version.str(), atom.str()));
    }
    names.push_back({atom.label, atom.version, atom.rev});
  }
  co_await parts_.cache->name(atoms.front().set, std::move(names));
}

}  // namespace eka::engine
