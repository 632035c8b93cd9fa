#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "coro/task/task_group.h"
#include "engine/fetch/fetcher.h"
#include "net/policy/retries.h"

namespace eka::engine {
namespace {

// A request stays small, and a server that walks what we have is not kept busy with it.
constexpr std::size_t haves_per_label = 2;
constexpr std::size_t haves_at_most = 128;

struct Failure {
  atom::Url mirror;
  Error error;
};

Error no_mirror_left(std::vector<Failure> failures) {
  if (failures.empty()) return Error(Kind::remote, "no mirror is known");
  if (failures.size() == 1) return std::move(failures.front().error);
  // The gravest kind decides: a mirror that lies matters more than one that sleeps.
  const auto gravest = std::ranges::max_element(failures, {}, [](const Failure& f) { return f.error.kind(); });
  std::string message = "none of the mirrors could deliver";
  for (const auto& [mirror, error] : failures) message += fmt::format("\n{}: {}", mirror.str(), error.message());
  return Error(gravest->error.kind(), message).with_hint(gravest->error.hint());
}

// The commit of a revision says of which label and version it is. Throws Kind::integrity for another than was wanted.
void check_claim(const Published& atom, const std::string& commit) {
  const auto claim = unwrap(atom::AtomCommit::parse(commit));
  if (claim.label == atom.label && claim.version == atom.version) return;
  throw Error(Kind::integrity, fmt::format("revision {} is {} {}, not {}", atom.rev.hex(), claim.label.str(),
                                           claim.version.str(), atom.str()));
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

// An atom is wanted by its revision, which says what it is: it is present when its commit is whole, whoever gave it.
coro::Task<std::vector<Published>> Fetcher::missing(std::vector<Published> atoms) {
  std::vector<atom::ObjectId> revs;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await context_.cache->commits(std::move(revs));
  std::vector<Published> out;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (!commits[i]) {
      out.push_back(std::move(atoms[i]));
    } else {
      check_claim(atoms[i], commits[i]->text);
    }
  }
  co_return out;
}

coro::Task<> Fetcher::fetch_from_any(Order order) {
  const auto first = order.atoms.front();
  if (order.mirrors.empty()) {
    throw Error(Kind::remote,
                fmt::format("nothing says where {} of set {} can be fetched from", first.str(), first.set.hex()))
        .with_hint("its lock says `::`: the set it lives in, which is not known here");
  }
  std::vector<atom::ObjectId> wants;
  for (const auto& atom : order.atoms) wants.push_back(atom.rev);
  try {
    co_await from_any(std::move(order.mirrors), std::move(wants), std::move(order.atoms));
  } catch (Error& error) {
    error.within("fetching " + first.str());
    throw;
  }
}

coro::Task<> Fetcher::bring_objects(std::vector<atom::ObjectId> wants, std::vector<atom::Url> mirrors) {
  return from_any(std::move(mirrors), std::move(wants), {});
}

// `wants` from one of the mirrors.
coro::Task<> Fetcher::from_any(std::vector<atom::Url> mirrors, std::vector<atom::ObjectId> wants,
                               std::vector<Published> atoms) {
  // Before anybody is asked for what could not be taken in. Offline, that nobody may be asked comes first.
  if (!context_.settings.offline) context_.cache->check_writable();
  mirrors = co_await order_.fastest_first(std::move(mirrors));
  std::vector<Failure> final;
  for (bool hasty = mirrors.size() > 1; !mirrors.empty(); hasty = false) {
    std::vector<Failure> passing;
    for (const auto& mirror : mirrors) {
      auto failure = co_await try_mirror(mirror, wants, atoms, hasty);
      if (!failure) co_return;
      auto& failures = hasty && failure->is_retryable() ? passing : final;
      failures.push_back({mirror, *std::move(failure)});
    }
    mirrors.clear();
    for (const auto& [mirror, error] : passing) mirrors.push_back(mirror);
  }
  throw no_mirror_left(std::move(final));
}

coro::Task<std::optional<Error>> Fetcher::try_mirror(atom::Url mirror, std::vector<atom::ObjectId> wants,
                                                     std::vector<Published> atoms, bool hasty) {
  const auto name = mirror.str();
  context_.observer.began(Stage::fetch_closure, name);
  std::optional<Error> failure;
  try {
    co_await deliver(mirror, std::move(wants), std::move(atoms), hasty);
    order_.answered(mirror);
  } catch (const Error& error) {
    failure = error;
    order_.failed(mirror);
    if (hasty) context_.observer.note(name + " fails, on to the next mirror: " + error.message());
  }
  context_.observer.ended(Stage::fetch_closure, name);
  co_return failure;
}

// From one mirror, and recorded as given by it.
coro::Task<> Fetcher::deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                              bool hasty) {
  git::FetchOptions options;
  options.hasty = hasty;
  for (const auto& atom : atoms) {
    options.known_refs.push_back({atom.rev, atom::atom_ref(atom.label, atom.version)});
  }
  options.haves = co_await earlier_versions(mirror, atoms);
  std::optional<Error> refused;
  try {
    co_await transfer(mirror, wants, options);
  } catch (const Error& e) {
    // A difference that cannot be put together, for whatever reason: the whole can.
    if (options.haves.empty() || e.kind() != Kind::integrity) throw;
    refused = e;
  }
  if (refused) {
    context_.observer.note(mirror.str() + ": everything this time, after: " + refused->message());
    options.haves.clear();
    co_await transfer(mirror, std::move(wants), std::move(options));
  }
  if (!atoms.empty()) co_await check_and_hold(std::move(mirror), std::move(atoms));
}

// Into a fresh quarantine each time: what came before it broke is gone with the old one.
coro::Task<> Fetcher::transfer(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  struct Transfer {
    store::Cache& cache;
    git::Remote& remote;
    const std::vector<atom::ObjectId>& wants;
    git::FetchOptions& options;

    coro::Task<> operator()() const {
      auto intake = co_await cache.begin_intake(options.haves);
      co_await remote.fetch(wants, *intake, options);
      co_await intake->admit(wants);
    }
  };
  const Transfer transfer{*context_.cache, remotes_.at(mirror), wants, options};
  // Where another mirror is left, that one is tried first.
  auto policy = net::transfer_policy(context_.settings.patience);
  if (options.hasty) policy.attempts = 1;
  const std::function<void(const Error&)> told = [&](const Error& e) {
    options.again = true;
    context_.observer.note(mirror.str() + ": again after: " + e.message());
  };
  co_await coro::retry(policy, context_.clock, transfer, told);
}

// The newest of each label that this very remote delivered, as long as they are whole.
coro::Task<std::vector<atom::ObjectId>> Fetcher::earlier_versions(atom::Url mirror, std::vector<Published> atoms) {
  std::vector<atom::ObjectId> haves;
  if (atoms.empty()) co_return haves;
  std::vector<atom::Label> labels;
  for (const auto& atom : atoms) labels.push_back(atom.label);
  auto giver = store::Giver::remote(remotes_.reached_at(mirror));
  const auto all_given = co_await context_.cache->given(std::move(giver), atoms.front().set, std::move(labels));
  for (const auto& given : all_given) {
    std::size_t found = 0;
    for (auto it = given.rbegin(); it != given.rend() && found < haves_per_label; ++it) {
      if (haves.size() == haves_at_most) co_return haves;
      const auto commit = co_await context_.cache->commit(it->rev);
      if (!commit) continue;
      haves.push_back(it->rev);
      ++found;
    }
  }
  co_return haves;
}

// Who delivered an atom is written last, and only for a commit that says what was asked for.
coro::Task<> Fetcher::check_and_hold(atom::Url mirror, std::vector<Published> atoms) {
  std::vector<atom::ObjectId> revs;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await context_.cache->commits(std::move(revs));
  std::vector<store::AtomName> names;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto& atom = atoms[i];
    if (!commits[i]) {
      throw Error(Kind::integrity, fmt::format("{} is not in the cache after it was fetched", atom.str()));
    }
    check_claim(atom, commits[i]->text);
    names.push_back({atom.label, atom.version, atom.rev});
  }
  auto giver = store::Giver::remote(remotes_.reached_at(mirror));
  co_await context_.cache->hold(std::move(giver), atoms.front().set, std::move(names));
}

}  // namespace eka::engine
