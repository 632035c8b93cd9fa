#include "engine/closure/closure.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "coro/run/pool.h"
#include "coro/task/task_group.h"
#include "engine/closure/manifests.h"
#include "engine/context/local_access.h"
#include "engine/locate/locate.h"
#include "engine/share/closures.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {
namespace {

// The content of one lock, in terms of revisions.
struct Decision {
  std::vector<Published> atoms;
  std::map<atom::ObjectId, std::vector<atom::ObjectId>> sees;  // by revision; includes the lock's own atom
};

std::map<atom::AtomId, Published> by_id(const atom::Lock& lock) {
  std::map<atom::AtomId, Published> out;
  for (const auto& locked : lock.atoms) {
    if (locked.rev) out.emplace(locked.id, Published{locked.set, locked.label, locked.version, *locked.rev});
  }
  return out;
}

Decision read_decision(const ReadAtom& owner) {
  Decision out;
  const auto ids = by_id(*owner.lock);
  auto& own = out.sees[owner.published.rev];
  for (const auto& locked : owner.lock->atoms) {
    const auto atom = ids.find(locked.id);
    if (atom == ids.end()) continue;
    out.atoms.push_back(atom->second);
    const auto& rev = atom->second.rev;
    const bool composes = owner.lock->composer.id == locked.id;
    if (locked.direct || composes || !owner.lock->covers_closure()) own.push_back(rev);
    if (locked.requires_.empty()) continue;
    auto& sees = out.sees[rev];
    for (const auto& needed : locked.requires_) {
      if (const auto found = ids.find(needed); found != ids.end()) sees.push_back(found->second.rev);
    }
  }
  return out;
}

// The mirrors of the sets in one lock; `own_urls` is where its atom was read.
Mirrors mirrors_of(const atom::Lock& lock, const atom::ObjectId& own_set, const std::vector<atom::Url>& own_urls) {
  Mirrors out;
  for (const auto& [set, locked] : lock.sets) {
    auto& urls = out[set];
    if (set == own_set || locked.local) urls = own_urls;
    for (const auto& url : locked.mirrors) {
      if (std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
    }
  }
  return out;
}

void add_mirrors(Mirrors& all, const Mirrors& more) {
  for (const auto& [set, urls] : more) {
    auto& known = all[set];
    for (const auto& url : urls) {
      if (std::ranges::find(known, url) == known.end()) known.push_back(url);
    }
  }
}

const std::string& url_of(const atom::LockedDirect& direct) {
  return std::visit([](const auto& source) -> const std::string& { return source.url; }, direct.source);
}

// A closure under construction: the atoms read so far, and the locks among them that determine it.
class Assembly {
 public:
  Assembly(Context& context, ReadAtom root, atom::Url root_url, bool with_sources)
      : context_(context),
        remotes_(context.remotes()),
        fetcher_(context.fetcher()),
        direct_(context.sources()),
        root_(root.published),
        found_at_(std::move(root_url)),
        entered_(root.entered),
        with_sources_(with_sources) {
    closure_.mirrors[root_.set] = {found_at_};
    places_[root_.rev] = {found_at_};
    add(std::move(root));
  }

  coro::Task<Closure> finish() {
    // Atoms and sources are fetched concurrently; the locks of atoms determine the sources.
    const auto executor = co_await asio::this_coro::executor;
    work_.emplace(executor);
    work_->start(fetch_atoms());
    co_await work_->join();
    co_await coro::offload(context_.pool, [this] {
      bind();
      unwrap(link(closure_));
    });
    co_return std::move(closure_);
  }

 private:
  coro::Task<> fetch_atoms() {
    // Format 0 takes one round; with format 1, the locks of each level determine the next one.
    auto wanted = co_await decide(root_.rev);
    std::vector<atom::ObjectId> revs;
    for (const auto& atom : wanted) revs.push_back(atom.rev);
    closure_.is_new = co_await pull_closure(context_, root_.rev, std::move(revs));
    while (!wanted.empty()) {
      co_await fetcher_.fetch(wanted, closure_.mirrors);
      if (!per_atom_) {
        auto known = co_await context_.manifests().read(wanted);
        for (std::size_t i = 0; i < wanted.size(); ++i) add(wanted[i], unwrap(std::move(known[i])));
        co_return;
      }
      auto level = co_await read_atoms(context_, wanted);
      for (auto& atom : level) add(unwrap(std::move(atom)));
      std::vector<Published> next;
      for (const auto& atom : wanted) {
        auto more = co_await decide(atom.rev);
        next.insert(next.end(), more.begin(), more.end());
      }
      wanted = std::move(next);
    }
  }

  void add(Published published, KnownManifest known) {
    index_.emplace(published.rev, closure_.members.size());
    closure_.members.push_back({std::move(published), known.tree, std::move(known.manifest), {}, {}, {}, {}});
  }

  // An atom whose lock decides.
  void add(ReadAtom atom) {
    add(atom.published, {atom.tree, std::make_shared<const atom::Manifest>(atom.manifest)});
    read_.emplace(atom.published.rev, std::move(atom));
  }

  // Applies the lock of the atom at `rev`; returns the atoms that are new.
  coro::Task<std::vector<Published>> decide(atom::ObjectId rev) {
    auto& atom = read_.at(rev);
    if (!atom.lock) {
      if (atom.manifest.has_dependencies()) {
        throw Error(Kind::unsatisfiable, fmt::format("{} has dependencies but no atom.lock", atom.published.str()))
            .with_hint("lock format 1 requires a lock file for each atom; `eka resolve` writes format 0");
      }
      co_return std::vector<Published>{};
    }
    const auto own_urls = places_[rev];
    const auto place = read_at(rev);
    unwrap(check_lock(atom, place));
    if (place.is_local()) co_await check_consent(context_, *atom.lock, place.path());
    per_atom_ = per_atom_ || !atom.lock->covers_closure();
    const auto mirrors = mirrors_of(*atom.lock, atom.published.set, own_urls);
    add_mirrors(closure_.mirrors, mirrors);
    co_await fill_revisions(*atom.lock, mirrors);
    for (const auto& locked : atom.lock->atoms) places_.try_emplace(*locked.rev, mirrors.at(locked.set));
    take_sources(atom);
    auto decision = read_decision(atom);
    for (auto& [from, sees] : decision.sees) {
      auto& all = sees_[from];
      all.insert(sees.begin(), sees.end());
    }
    std::erase_if(decision.atoms,
                  [&](const Published& a) { return !known_.insert(a.rev).second || index_.contains(a.rev); });
    co_return std::move(decision.atoms);
  }

  // The first lock that names a source of an atom determines it, in the order in which locks are read.
  void take_sources(const ReadAtom& atom) {
    const auto ids = by_id(*atom.lock);
    for (const auto& direct : atom.lock->direct) {
      const auto owner = direct.owner ? ids.find(*direct.owner) : ids.end();
      const auto& published = owner == ids.end() ? atom.published : owner->second;
      check_place(published, direct);
      const auto [place, added] =
          sources_[published.rev].try_emplace(direct.name(), MemberSource{direct, std::nullopt});
      const bool wanted = with_sources_ && !std::holds_alternative<atom::LockedBuild>(direct.source);
      if (added && wanted) work_->start(fetch_source(published.str(), direct, &place->second));
    }
  }

  coro::Task<> fetch_source(std::string owner, atom::LockedDirect source, MemberSource* into) {
    auto fetching = direct_.fetch(std::move(source));
    try {
      into->brought = co_await std::move(fetching);
    } catch (Error& error) {
      error.within("for " + owner);
      throw;
    }
  }

  // Where the atom was read: a local URL only if it cannot have come from elsewhere.
  atom::Url read_at(const atom::ObjectId& rev) {
    if (rev == root_.rev || entered_.contains(rev)) return remotes_.came_from(found_at_);
    std::optional<atom::Url> first;
    for (const auto& url : places_[rev]) {
      auto place = remotes_.came_from(url);
      if (!place.is_local()) return place;
      if (!first) first = std::move(place);
    }
    return first ? *std::move(first) : remotes_.came_from(found_at_);
  }

  // check_lock() checks the planned atom; this checks that no dependency refers to local files through its lock.
  void check_place(const Published& owner, const atom::LockedDirect& direct) {
    if (!unwrap(atom::Url::parse(url_of(direct))).is_local() || owner.rev == root_.rev) return;
    if (read_at(owner.rev).is_local()) return;
    throw Error(Kind::integrity, fmt::format("source `{}` of {} refers to the local path {}, but that atom was fetched "
                                             "from the network",
                                             direct.name(), owner.str(), url_of(direct)))
        .with_hint("only local atoms can refer to local sources");
  }

  // Format 1 may omit the revision of an atom of its own set: then the set's refs determine it, at the place where the
  // lock's own atom was found.
  coro::Task<> fill_revisions(atom::Lock& lock, Mirrors all_mirrors) {
    std::map<atom::ObjectId, std::vector<atom::LockedAtom*>> open;
    for (auto& locked : lock.atoms) {
      if (!locked.rev) open[locked.set].push_back(&locked);
    }
    for (const auto& [set, atoms] : open) {
      const auto& mirrors = all_mirrors[set];
      if (mirrors.empty())
        throw Error(Kind::integrity, fmt::format("the lock file has no mirror of set {}", set.hex()));
      std::vector<atom::AtomUri> uris;
      for (const auto* locked : atoms) {
        uris.push_back({mirrors.front(), locked->label, unwrap(atom::Requirement::parse("=" + locked->version.str()))});
      }
      auto found = co_await locate(context_, remotes_, mirrors.front(), std::move(uris));
      for (std::size_t i = 0; i < atoms.size(); ++i) atoms[i]->rev = unwrap(std::move(found[i])).rev;
    }
  }

  void bind() {
    for (auto& member : closure_.members) {
      member.sources = std::move(sources_[member.published.rev]);
      for (const auto& rev : sees_[member.published.rev]) {
        if (const auto found = index_.find(rev); found != index_.end()) member.may_see.push_back(found->second);
      }
    }
  }

  Context& context_;
  Remotes& remotes_;
  Fetcher& fetcher_;
  Sources& direct_;
  Published root_;
  atom::Url found_at_;
  std::set<atom::ObjectId> entered_;  // from the working tree
  bool with_sources_;
  Closure closure_;
  bool per_atom_ = false;  // format 1: each atom's own lock applies
  std::map<atom::ObjectId, Closure::Index> index_;
  std::map<atom::ObjectId, ReadAtom> read_;  // those whose locks decide
  std::map<atom::ObjectId, std::set<atom::ObjectId>> sees_;
  std::set<atom::ObjectId> known_;
  std::map<atom::ObjectId, std::vector<atom::Url>> places_;  // by revision: mirrors in the lock that names it
  std::map<atom::ObjectId, std::map<std::string, MemberSource>> sources_;  // by the revision of their owner
  std::optional<coro::TaskGroup> work_;                                    // last: its tasks use the other members
};

bool names_local_urls(const atom::Lock& lock) {
  const auto is_local = [](const atom::Url& url) { return url.is_local(); };
  return std::ranges::any_of(lock.direct,
                             [&](const auto& direct) { return is_local(unwrap(atom::Url::parse(url_of(direct)))); }) ||
         std::ranges::any_of(lock.sets,
                             [&](const auto& set) { return std::ranges::any_of(set.second.mirrors, is_local); });
}

}  // namespace

std::vector<atom::ObjectId> revisions_of(const Closure& closure) {
  std::vector<atom::ObjectId> out;
  for (const auto& member : closure.members) out.push_back(member.published.rev);
  return out;
}

Result<void> check_lock(const ReadAtom& atom, const atom::Url& found_at) {
  const auto& lock = *atom.lock;
  for (const auto& direct : lock.direct) {
    const auto url = atom::Url::parse(url_of(direct));
    if (!url) return std::unexpected(url.error());
    if (!url->is_local()) continue;
    const bool relative = !url->path().starts_with('/');
    if (found_at.is_local() && !relative) continue;
    return std::unexpected(
        Error(Kind::integrity,
              fmt::format("the lock file of {} refers to the local path {} for source `{}`, but {}",
                          atom.published.str(), url->str(), direct.name(),
                          relative ? "the path must be absolute" : "the atom was fetched from " + found_at.str()))
            .with_hint("only local atoms can refer to local sources"));
  }
  for (const auto& [set, locked] : lock.sets) {
    for (const auto& url : locked.mirrors) {
      if (url.is_local() && !found_at.is_local()) {
        return std::unexpected(
            Error(Kind::integrity,
                  fmt::format("the lock file of {} refers to the local path {} as a mirror of set {}, but "
                              "the atom was fetched from {}",
                              atom.published.str(), url.str(), set.hex(), found_at.str()))
                .with_hint("only local atoms can refer to local sets"));
      }
    }
    if (locked.local && set != atom.published.set) {
      return fail(Kind::integrity, fmt::format("the lock file of {} names {} as its own set, but it is {}",
                                               atom.published.str(), set.hex(), atom.published.set.hex()));
    }
  }
  return {};
}

coro::Task<> check_consent(Context& context, const atom::Lock& lock, std::filesystem::path place) {
  if (!names_local_urls(lock)) co_return;  // without leaving the turn: closures that begin together share requests
  co_await coro::offload(context.pool, [&] {
    std::optional<LocalOrigin> from;
    const LocalAccess access(context.settings.local_sources);
    const auto origin = [&]() -> const LocalOrigin& {
      if (!from) from = local_origin(place);
      return *from;
    };
    for (const auto& direct : lock.direct) {
      const auto url = unwrap(atom::Url::parse(url_of(direct)));
      if (!url.is_local()) continue;
      const auto what = fmt::format("source `{}` of the lock file", direct.name());
      if (std::holds_alternative<atom::LockedGit>(direct.source)) {
        access.check_repository(what, url, origin());
      } else {
        access.check_file(what, url, origin());
      }
    }
    for (const auto& [set, locked] : lock.sets) {
      for (const auto& url : locked.mirrors) {
        if (!url.is_local()) continue;
        access.check_repository(fmt::format("mirror of set `{}` in the lock file", locked.tag.str()), url, origin());
      }
    }
  });
}

coro::Task<Closure> fetch_closure(Context& context, ReadAtom root, atom::Url root_url, bool with_sources) {
  Assembly assembly(context, std::move(root), std::move(root_url), with_sources);
  co_return co_await assembly.finish();
}

}  // namespace eka::engine
