#include "engine/verify/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/context/local_access.h"
#include "engine/locate/locate.h"
#include "engine/verify/set_evidence.h"

namespace eka::engine {
namespace {

// An atom of a lock. Format 1 may omit its revision: then the remote's ref determines it.
struct Pinned {
  atom::ObjectId set;
  atom::Label label;
  atom::Version version;
  std::optional<atom::ObjectId> rev;
  friend auto operator<=>(const Pinned&, const Pinned&) = default;
};

struct Group {
  std::vector<atom::Url> mirrors;
  std::set<Pinned> atoms;
};
using Groups = std::map<atom::ObjectId, Group>;  // by set

class Verification {
 public:
  Verification(Context& context, VerifyRequest request)
      : context_(context), request_(std::move(request)), remotes_(context.remotes()) {}

  coro::Task<VerifyReport> finish() {
    co_await verify_roots();
    // With lock format 0 this ends after one round; with format 1, every lock may name more atoms.
    while (!next_.empty()) {
      const auto groups = std::exchange(next_, {});
      std::vector<coro::Task<>> tasks;
      for (const auto& [set, group] : groups) tasks.push_back(verify_group(set, group));
      co_await coro::all(std::move(tasks));
    }
    std::ranges::sort(report_.atoms, [](const VerifiedAtom& a, const VerifiedAtom& b) {
      return std::pair(!a.asked_for, a.atom) < std::pair(!b.asked_for, b.atom);
    });
    report_.remotes = remotes_.costs();
    co_return std::move(report_);
  }

 private:
  using Items = std::vector<const Wanted*>;

  coro::Task<> verify_roots() {
    std::map<atom::Url, Items> by_remote;
    for (const auto& item : request_.items) by_remote[*item.uri.set].push_back(&item);
    std::vector<coro::Task<>> tasks;
    for (const auto& [url, items] : by_remote) tasks.push_back(verify_roots_at(url, items));
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> verify_roots_at(atom::Url url, Items items) {
    std::optional<Error> failed;
    try {
      co_await examine_roots_at(url, items);
    } catch (const Error& e) {
      failed = e;
    }
    if (!failed) co_return;
    for (const auto* item : items) report_.failures.push_back(Error(*failed).within("verifying " + item->typed));
  }

  coro::Task<> examine_roots_at(atom::Url url, Items items) {
    const Stepping step(context_, url);
    remotes_.named_by_user(url);
    auto evidence = std::make_unique<SetEvidence>(context_, remotes_, url);
    std::vector<SetEvidence::Question> questions;
    for (const auto* item : items) questions.push_back({item->uri.label, std::nullopt});
    const auto offer = co_await evidence->ask(std::move(questions));
    const auto is_unknown = [&](const Wanted* item) { return !offer.atoms.contains(item->uri.label); };
    std::vector<std::string> labels;
    const bool some_unknown = std::ranges::any_of(items, is_unknown);
    if (some_unknown) labels = co_await offered_labels(context_, remotes_, url);
    std::set<Published> chosen;
    for (const auto* item : items) {
      auto published = choose_published(offer, item->uri);
      if (published) {
        chosen.insert(*std::move(published));
        continue;
      }
      Error error = std::move(published).error().within("verifying " + item->typed);
      report_.failures.push_back(is_unknown(item) ? std::move(error).with_hint(labels_hint(item->uri.label, labels))
                                                  : std::move(error));
    }
    auto& shared = *(evidence_[{offer.genesis, url}] = std::move(evidence));
    std::vector<Published> atoms(chosen.begin(), chosen.end());
    co_await examine(shared, std::move(atoms), true);
  }

  // The first mirror that can be reached is used.
  coro::Task<> verify_group(atom::ObjectId set, Group group) {
    std::optional<Error> failed;
    for (const auto& mirror : group.mirrors) {
      failed.reset();
      try {
        co_await examine_at(set, mirror, group);
      } catch (const Error& e) {
        failed = e;
      }
      if (!failed) co_return;
    }
    for (const auto& atom : group.atoms) {
      auto error = failed ? Error(*failed) : Error(Kind::remote, "no mirror of set " + set.hex());
      report_.failures.push_back(
          std::move(error).within(fmt::format("verifying {} {}", atom.label.str(), atom.version.str())));
    }
  }

  coro::Task<> examine_at(atom::ObjectId set, atom::Url url, Group group) {
    const Stepping step(context_, url);
    auto& evidence = evidence_[{set, url}];
    if (!evidence) evidence = std::make_unique<SetEvidence>(context_, remotes_, url);
    std::vector<SetEvidence::Question> questions;
    for (const auto& atom : group.atoms) questions.push_back({atom.label, atom.version});
    auto& asked = *evidence;
    const auto offer = co_await asked.ask(std::move(questions));
    std::vector<Published> atoms;
    for (const auto& atom : group.atoms) {
      const auto rev = atom.rev ? atom.rev : offered(offer, atom);
      Published published{set, atom.label, atom.version, rev.value_or(atom::ObjectId{})};
      if (offer.genesis != set) {
        report(std::move(published), url, "set",
               fmt::format("the lock file names set {}, but the genesis of {} is {}", set.hex(), url.str(),
                           offer.genesis.hex()));
      } else if (!rev) {
        report(std::move(published), url, "ref", "its revision is neither in the lock file nor on the remote");
      } else {
        atoms.push_back(std::move(published));
      }
    }
    co_await examine(asked, std::move(atoms), false);
  }

  static std::optional<atom::ObjectId> offered(const SetOffer& offer, const Pinned& wanted) {
    const auto atom = offer.atoms.find(wanted.label);
    if (atom == offer.atoms.end()) return std::nullopt;
    const auto version = atom->second.find(wanted.version);
    return version == atom->second.end() ? std::nullopt : std::optional(version->second);
  }

  void report(Published atom, const atom::Url& url, std::string what, std::string message) {
    VerifiedAtom out{std::move(atom), url.str(), {}, false};
    out.verdict.differences.push_back({std::move(what), std::move(message)});
    report_.atoms.push_back(std::move(out));
  }

  coro::Task<> examine(SetEvidence& evidence, std::vector<Published> atoms, bool asked_for) {
    if (atoms.empty()) co_return;
    for (const auto& atom : atoms) seen_.insert({atom.set, atom.label, atom.version, atom.rev});
    auto examined = co_await evidence.examine(std::move(atoms));
    for (auto& each : examined) {
      compare_with_earlier(each, evidence.url());
      if (each.lock && (asked_for || !each.lock->covers_closure())) co_await follow_lock(&each, evidence.url());
      report_.atoms.push_back({std::move(each.atom), evidence.url().str(), std::move(each.verdict), asked_for});
    }
  }

  // A version never changes: this remote must not have reported another revision in an earlier run.
  void compare_with_earlier(Examined& examined, const atom::Url& url) {
    const auto& atom = examined.atom;
    const auto known = context_.cache->vouched().versions(remotes_.reached_at(url), atom.set, {atom.label}).front();
    const auto same = std::ranges::find(known, atom.version, &store::CachedAtom::version);
    if (same == known.end() || same->rev == atom.rev) return;
    examined.verdict.differences.push_back(
        {"ref", fmt::format("it is revision {} at this remote, but was {} before", atom.rev.hex(), same->rev.hex())});
  }

  // Adds the atoms of the lock that were not examined yet to the next round, unless it names a local repository without
  // the required consent.
  coro::Task<> follow_lock(Examined* owner, atom::Url found_at) {
    const auto place = remotes_.came_from(found_at);
    auto refused = co_await coro::offload(context_.pool, [&] { return refusal_of(*owner->lock, place); });
    if (refused) {
      report_.failures.push_back(std::move(*refused).within("verifying the lock file of " + owner->atom.str()));
    } else {
      list_locked(*owner, found_at);
    }
  }

  // Blocks.
  std::optional<Error> refusal_of(const atom::Lock& lock, const atom::Url& place) const try {
    if (!place.is_local()) return std::nullopt;  // must not name local repositories: see add_mirror()
    const LocalAccess access(context_.settings.local_sources);
    std::optional<LocalOrigin> origin;
    for (const auto& [set, locked] : lock.sets) {
      for (const auto& mirror : locked.mirrors) {
        if (!mirror.is_local()) continue;
        if (!origin) origin = local_origin(place.path());
        access.check_repository(fmt::format("mirror of set `{}` in the lock file", locked.tag.str()), mirror, *origin);
      }
    }
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }

  void list_locked(Examined& owner, const atom::Url& found_at) {
    for (const auto& locked : owner.lock->atoms) {
      const Pinned wanted{locked.set, locked.label, locked.version, locked.rev};
      if (!seen_.insert(wanted).second) continue;
      next_[locked.set].atoms.insert(wanted);
    }
    for (const auto& [set, locked] : owner.lock->sets) {
      const auto group = next_.find(set);
      if (group == next_.end()) continue;
      auto mirrors = locked.mirrors;
      if (locked.local || set == owner.atom.set) mirrors.insert(mirrors.begin(), found_at);
      for (const auto& mirror : mirrors) add_mirror(owner, group->second, mirror, found_at);
    }
  }

  void add_mirror(Examined& owner, Group& group, const atom::Url& mirror, const atom::Url& found_at) const {
    if (mirror.is_local() && !remotes_.came_from(found_at).is_local()) {
      owner.verdict.differences.push_back(
          {"lock", fmt::format("it refers to the local path {}, but was fetched from the network", mirror.str())});
    } else if (std::ranges::find(group.mirrors, mirror) == group.mirrors.end()) {
      group.mirrors.push_back(mirror);
    }
  }

  // Reports work with a remote to the observer.
  class Stepping {
   public:
    Stepping(Context& context, const atom::Url& url) : context_(context), what_(url.str()) {
      context_.observer.began(Stage::fetch_root, what_);
    }
    ~Stepping() { context_.observer.ended(Stage::fetch_root, what_); }
    Stepping(const Stepping&) = delete;
    Stepping& operator=(const Stepping&) = delete;

   private:
    Context& context_;
    std::string what_;
  };

  Context& context_;
  VerifyRequest request_;
  Remotes& remotes_;
  std::map<std::pair<atom::ObjectId, atom::Url>, std::unique_ptr<SetEvidence>> evidence_;  // by set and remote
  std::set<Pinned> seen_;
  Groups next_;
  VerifyReport report_;
};

}  // namespace

coro::Task<VerifyReport> verify(Context& context, VerifyRequest request) {
  Verification verification(context, std::move(request));
  co_return co_await verification.finish();
}

}  // namespace eka::engine
