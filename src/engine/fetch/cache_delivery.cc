#include "engine/fetch/cache_delivery.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "engine/context/timed.h"
#include "engine/fetch/transfer.h"
#include "net/policy/http_error.h"

namespace eka::engine {
namespace {

// Keeps requests small, and limits the server's work to walk our haves.
constexpr std::size_t haves_per_label = 2;
constexpr std::size_t haves_at_most = 128;

// The commit of a revision contains its label and version. Throws Kind::integrity if they are not the expected ones.
void check_claim(const Published& atom, const std::string& commit) {
  const auto claim = unwrap(atom::AtomCommit::parse(commit));
  if (claim.label == atom.label && claim.version == atom.version) return;
  throw Error(Kind::integrity, fmt::format("revision {} is {} {}, not {}", atom.rev.hex(), claim.label.str(),
                                           claim.version.str(), atom.str()));
}

}  // namespace

// If the run is offline, the offline error takes precedence.
void CacheDelivery::check_writable() const {
  if (!context_.settings.offline) context_.cache->check_writable();
}

coro::Task<std::vector<atom::Url>> CacheDelivery::in_order(std::vector<atom::Url> mirrors) {
  return order_.fastest_first(std::move(mirrors));
}

void CacheDelivery::tell(Effort effort, const std::string& what) {
  if (effort.quiet) {
    context_.observer.detail(what);
  } else {
    context_.observer.note(what);
  }
}

coro::Task<> CacheDelivery::deliver(atom::Url mirror, std::vector<atom::ObjectId> wants, std::vector<Published> atoms,
                                    Effort effort) {
  const Requesting requesting(context_.observer, Stage::transfer, mirror.str());
  try {
    co_await fetch_and_check(mirror, std::move(wants), std::move(atoms), effort);
  } catch (const Error&) {
    order_.failed(mirror);
    throw;
  }
  order_.answered(mirror);
}

// An atom is requested by revision, which identifies it: it is present if its commit is complete, whoever delivered it.
// If an earlier run ended before it wrote a ref for one, this writes it.
coro::Task<std::vector<Published>> CacheDelivery::missing(std::vector<Published> atoms) {
  if (atoms.empty()) co_return atoms;
  const atom::ObjectId set = atoms.front().set;
  std::vector<atom::ObjectId> revs;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await context_.cache->objects().commits(std::move(revs));
  std::vector<Published> out;
  std::vector<store::AtomName> present;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    auto& atom = atoms[i];
    if (!commits[i]) {
      out.push_back(std::move(atom));
    } else {
      check_claim(atom, commits[i]->text);
      present.push_back({atom.label, atom.version, atom.rev});
    }
  }
  if (!present.empty()) co_await context_.cache->names().hold_unheld(set, std::move(present));
  co_return out;
}

coro::Task<> CacheDelivery::fetch_and_check(atom::Url mirror, std::vector<atom::ObjectId> wants,
                                            std::vector<Published> atoms, Effort effort) {
  git::FetchOptions options;
  options.hasty = effort.hasty;
  for (const auto& atom : atoms) {
    options.known_refs.push_back({atom.rev, atom::atom_ref(atom.label, atom.version)});
  }
  options.haves = co_await earlier_versions(mirror, atoms);
  std::optional<Error> refused;
  try {
    co_await transfer(mirror, wants, options);
  } catch (const Error& e) {
    // A delta that cannot be resolved, for whatever reason: fetch in full.
    if (options.haves.empty() || e.kind() != Kind::integrity) throw;
    refused = e;
  }
  if (refused) {
    tell(effort, mirror.str() + ": delta failed, fetching in full: " + refused->message());
    options.haves.clear();
    co_await transfer(mirror, std::move(wants), std::move(options));
  }
  if (!atoms.empty()) co_await check_and_hold(std::move(mirror), std::move(atoms));
}

// A server may limit the size of requests (413): then half of the objects are requested at a time.
coro::Task<> CacheDelivery::transfer(atom::Url mirror, std::vector<atom::ObjectId> wants, git::FetchOptions options) {
  try {
    co_await transfer_at_once(mirror, wants, options);
    co_return;
  } catch (const net::HttpError& e) {
    if (e.status() != net::body_too_large || (wants.size() < 2 && options.haves.empty())) throw;
  }
  if (wants.size() < 2) {
    options.haves.clear();
    co_await transfer_at_once(std::move(mirror), std::move(wants), std::move(options));
    co_return;
  }
  context_.observer.detail(fmt::format("{}: the request for {} objects is too large, requesting half at a time",
                                       mirror.str(), wants.size()));
  auto second = take_second_half(wants);
  co_await transfer(mirror, std::move(wants), options);
  co_await transfer(std::move(mirror), std::move(second), std::move(options));
}

coro::Task<> CacheDelivery::transfer_at_once(atom::Url mirror, std::vector<atom::ObjectId> wants,
                                             git::FetchOptions options) {
  BeginIntake begin = [this, haves = options.haves] { return context_.cache->objects().begin_intake(haves); };
  co_await engine::transfer(context_, remotes_.at(mirror), mirror.str(), std::move(wants), std::move(options),
                            std::move(begin));
}

// The newest complete versions of each label that this remote delivered.
coro::Task<std::vector<atom::ObjectId>> CacheDelivery::earlier_versions(atom::Url mirror,
                                                                        std::vector<Published> atoms) {
  std::vector<atom::ObjectId> haves;
  if (atoms.empty()) co_return haves;
  std::vector<atom::Label> labels;
  for (const auto& atom : atoms) labels.push_back(atom.label);
  auto giver = store::Giver::remote(remotes_.reached_at(mirror));
  const auto all_given = co_await context_.cache->names().given(std::move(giver), atoms.front().set, std::move(labels));
  for (const auto& given : all_given) {
    std::size_t found = 0;
    for (auto it = given.rbegin(); it != given.rend() && found < haves_per_label; ++it) {
      if (haves.size() == haves_at_most) co_return haves;
      const auto commit = co_await context_.cache->objects().commit(it->rev);
      if (!commit) continue;
      haves.push_back(it->rev);
      ++found;
    }
  }
  co_return haves;
}

// The remote that delivered an atom is recorded last, and only if the commit matches the request.
coro::Task<> CacheDelivery::check_and_hold(atom::Url mirror, std::vector<Published> atoms) {
  std::vector<atom::ObjectId> revs;
  for (const auto& atom : atoms) revs.push_back(atom.rev);
  const auto commits = co_await context_.cache->objects().commits(std::move(revs));
  std::vector<store::AtomName> names;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto& atom = atoms[i];
    if (!commits[i]) {
      throw Error(Kind::integrity, fmt::format("{} is missing after it was fetched", atom.str()));
    }
    check_claim(atom, commits[i]->text);
    names.push_back({atom.label, atom.version, atom.rev});
  }
  auto giver = store::Giver::remote(remotes_.reached_at(mirror));
  co_await context_.cache->names().hold(std::move(giver), atoms.front().set, std::move(names));
}

}  // namespace eka::engine
