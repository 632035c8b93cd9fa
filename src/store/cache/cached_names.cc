#include "store/cache/cached_names.h"

#include <set>
#include <string>
#include <utility>

namespace eka::store {
namespace {

// The value of Fact::whole for a commit that a ref keeps; the value is empty if this is unknown. Only of this boot: a
// power cut may remove the ref and leave the fact.
std::string held_in(const std::string& boot) {
  return "held " + boot;
}

}  // namespace

CachedNames::CachedNames(Refs& refs, CachedObjects& objects, Database& database, WriteAccess access, coro::Pool& pool,
                         const std::string& boot)
    : refs_(refs),
      objects_(objects),
      database_(database),
      access_(std::move(access)),
      pool_(pool),
      held_(held_in(boot)),
      writes_([this](std::vector<const Refs::Delivery*> gathered) { return write(std::move(gathered)); }) {}

coro::Task<std::vector<std::vector<CachedAtom>>> CachedNames::given(Giver by, atom::ObjectId genesis,
                                                                    std::vector<atom::Label> labels) {
  co_return co_await coro::offload(pool_, [&] { return refs_.given(by, genesis, labels); });
}

coro::Task<> CachedNames::hold(Giver by, atom::ObjectId genesis, std::vector<AtomName> atoms) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& atom : atoms) {
    facts.emplace_back(key_of(atom.rev), held_);
    // Commits received by this process need no check.
    if (objects_.has_seen(atom.rev)) continue;
    const auto commit = co_await objects_.commit(atom.rev);
    if (!commit) {
      throw Error(Kind::integrity, atom.label.str() + " " + atom.version.str() + ": commit " + atom.rev.hex() +
                                       " is missing in the cache");
    }
  }
  Refs::Delivery delivery{std::move(by), genesis, std::move(atoms)};
  co_await writes_.write(std::move(delivery));
  database_.put_all(Fact::whole, facts);
}

coro::Task<> CachedNames::hold_unheld(atom::ObjectId genesis, std::vector<AtomName> atoms) {
  if (!access_.is_granted()) co_return;
  std::vector<std::string> keys;
  for (const auto& atom : atoms) keys.emplace_back(key_of(atom.rev));
  const auto known = database_.get_all(Fact::whole, keys);
  std::vector<AtomName> unknown;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (known[i] != held_) unknown.push_back(std::move(atoms[i]));
  }
  if (unknown.empty()) co_return;
  const auto kept = co_await coro::offload(pool_, [&] {
    std::set<atom::ObjectId> revs;
    for (const auto& name : refs_.all()) revs.insert(name.rev);
    return revs;
  });
  std::vector<AtomName> unheld;
  std::vector<std::pair<std::string, std::string>> facts;
  for (auto& atom : unknown) {
    if (kept.contains(atom.rev)) {
      facts.emplace_back(key_of(atom.rev), held_);
    } else {
      unheld.push_back(std::move(atom));
    }
  }
  database_.put_all(Fact::whole, facts);
  if (!unheld.empty()) co_await hold(Giver::unknown(), genesis, std::move(unheld));
}

coro::Task<std::vector<std::optional<Error>>> CachedNames::write(std::vector<const Refs::Delivery*> gathered) {
  std::vector<Refs::Delivery> deliveries;
  for (const auto* each : gathered) deliveries.push_back(*each);
  co_await coro::offload(pool_, [&] { refs_.write(deliveries); });
  co_return std::vector<std::optional<Error>>(gathered.size());
}

}  // namespace eka::store
