// The known part of the graph of atoms: provides facts to the solver (resolve::Facts), and fetches more of them.
//
// A package is an atom id: a set and a label. Its versions come from ref queries, filtered by label, to the URLs that
// may define them (version_sources.h). Its manifests are blobs, fetched by id in one request per set and round; a
// cached blob is never requested again.
//
// fetch() works level by level: first everything that was requested, then, in one ref query per remote, the versions of
// everything that the new manifests name. So the result does not depend on the network's timing. When a manifest names
// a set by URLs that were not known for it, the list of versions of a package may grow: then has_grown() returns true,
// and a solver must start again.
//
// If an atom cannot be determined (no mirror responds, mirrors disagree), the failure is stored with it: speculation
// ignores it, and only callers that need the fact get it (failure_of).
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "atom/manifest/manifest.h"
#include "engine/context/context.h"
#include "engine/context/local_access.h"
#include "engine/context/published.h"
#include "engine/fetch/fetcher.h"
#include "engine/locate/sets.h"
#include "engine/resolve/left_out.h"
#include "engine/resolve/version_sources.h"
#include "engine/workspace/package_set.h"
#include "resolve/facts.h"
#include "resolve/solver.h"

namespace eka::engine {

// A set with a working tree here: its atoms are used in their current state, or in that of a commit, before published
// ones.
struct LocalSet {
  std::filesystem::path directory;
  atom::ObjectId genesis;
  std::optional<atom::Label> except;          // the atom that is being resolved
  std::optional<atom::ObjectId> commit = {};  // as in SetPlace
};

// An atom that is used in place of all published versions, because the user says so (plan/overrides.h).
struct Replacement {
  Published atom;  // complete in the cache
  atom::Manifest manifest;
  std::optional<std::filesystem::path> directory;  // of its set, if it is in a working tree
  std::string from;                                // as typed, redacted
};

class Graph final : public resolve::Facts {
 public:
  struct Manifest {
    atom::Manifest manifest;
    resolve::Manifest facts;
  };

  // A manifest, and where it was read.
  struct Origin {
    const atom::Manifest* manifest;
    atom::ObjectId set;  // of the atom
    VersionSources own;  // meaning of `::`: the URLs that offer the atom
    bool local;          // read on this machine, so it may refer to local paths
  };

  // The sets of `context` may serve many graphs, one after another.
  explicit Graph(Context& context);

  coro::Task<> add_local(LocalSet local);
  // Where on this machine the manifest to resolve was read. Not called if it was fetched.
  void read_from(LocalOrigin origin) { origin_ = std::move(origin); }
  const std::optional<LocalOrigin>& origin() const { return origin_; }
  // Called before begin().
  void replace(Replacement replacement);
  // A version that a lock names: it can be selected although it is yanked. Called before begin().
  void keep(const atom::ObjectId& set, const atom::Label& label, const atom::Version& version);
  // Whether a manifest may name this URL as a mirror. Any network URL is allowed; a local one only if the manifest is
  // local, too, and according to context/local_access.h.
  bool may_ask(const atom::Url& url, const Origin& origin) const;
  // Adds the manifest to resolve, which decides the sets that it names and its own. Queries, in one round, everything
  // that is known to be needed: what it names, and `hints`.
  coro::Task<> begin(Origin root, Questions hints);

  // The dependencies of that manifest, for the solver. Notes refer to places as "<file>:<line>". Kind::remote,
  // integrity or offline if a set cannot be determined.
  Result<std::vector<resolve::Dependency>> root_dependencies(const std::string& file);

  // For each dependency, the version that is tried first, and its mirrors.
  struct Likely {
    Published atom;
    std::vector<atom::Url> mirrors;
  };
  std::vector<Likely> likely(const std::vector<resolve::Dependency>& dependencies) const;

  coro::Task<> fetch(std::vector<resolve::Need> needs);
  // Whether known facts have changed since the last call: more versions, with new indices.
  bool has_grown() { return std::exchange(has_grown_, false); }
  // Why a fact is still unknown after it was fetched.
  std::optional<Error> failure_of(const resolve::Need& need) const;
  // A URL that defines the versions of the package but could not be queried.
  struct Silent {
    atom::Url url;
    Error failure;
  };
  std::optional<Silent> silent_for(resolve::PackageId package) const;

  // --- solutions
  Published published(const resolve::Selected& selected) const;
  const atom::Manifest& manifest_of(const resolve::Selected& selected) const;
  resolve::PackageId package(const atom::ObjectId& set, const atom::Label& label);
  // The set that a source in a manifest of an atom of `own` refers to; nothing if it cannot be determined.
  std::optional<atom::ObjectId> set_of(const atom::SetSource& source, const atom::ObjectId& own) const;
  // Whether its manifest was read on this machine. Only then it may refer to local paths.
  bool is_local(const resolve::Selected& selected) const;
  // The URLs that offer it, among those that may. Empty for an atom of the working tree.
  const std::vector<atom::Url>& offered_by(const resolve::Selected& selected) const;
  // The URLs that decide the versions of the set, in ascending order; empty for a set that only dependencies name.
  Places deciding(const atom::ObjectId& set) const;
  // For a package whose set only dependencies name, by several URLs: there may be no solution because these have no
  // version in common; what to do about it.
  std::optional<std::string> advice(resolve::PackageId package) const;
  // Its published versions that only a lock could keep, in ascending order.
  const std::vector<LeftOut>& left_out(resolve::PackageId package) const { return at(package).left_out; }
  // "auth 1.2.0 (2026-11-20T10:30:00Z)"
  std::string shown(const LeftOut& left_out) const;
  // For a package of which versions are left out: which ones, and why.
  std::optional<std::string> advice_on_left_out(resolve::PackageId package) const;
  // Whether the version was withdrawn by one of the URLs that may define the versions of its set.
  bool is_yanked(const resolve::Selected& selected) const;
  // The versions in the working tree: chosen first.
  std::vector<resolve::Preference> local_versions();
  // The queries made for this graph.
  Questions asked() const;
  // For packages without versions: queries their sets for similar names, for explanations.
  coro::Task<> explain_absences();

  // --- resolve::Facts
  std::string name(resolve::PackageId package) const override;
  const resolve::Versions* versions(resolve::PackageId package) const override;
  const resolve::Manifest* manifest(resolve::PackageId package, std::size_t version) const override;

 private:
  struct Candidate {
    atom::ObjectId rev;
    std::optional<atom::ObjectId> manifest_blob{};
    std::vector<atom::Url> urls{};               // that offer it
    bool local = false;                          // in the working tree
    bool replaces = false;                       // the only version, whatever is published
    bool yanked = false;                         // but kept, because a lock names it
    std::optional<atom::Version> dev_version{};  // of a local one: the version under which it is cached
    std::optional<Manifest> manifest{};
    std::string unusable{};  // why the manifest cannot be used, if so
    std::optional<Error> failure{};
    bool met = false;     // the atoms that its manifest names were queried
    bool linked = false;  // `manifest` has its facts
  };
  struct Package {
    atom::ObjectId set;
    atom::Label label;
    VersionSources named{};    // how manifests name the set, if it is not decided
    bool is_outdated = false;  // `named` has grown since versions were listed
    std::optional<resolve::Versions> versions{};
    std::vector<LeftOut> left_out{};      // of them, in the same order
    std::vector<Candidate> candidates{};  // in the order of versions
    std::optional<Error> failure{};
  };
  struct Listed {
    atom::Version version;
    Candidate candidate;
  };

  Result<void> check_local(const std::string& what, const atom::Url& url) const;
  Package& at(resolve::PackageId package) { return packages_[static_cast<std::size_t>(package)]; }
  const Package& at(resolve::PackageId package) const { return packages_[static_cast<std::size_t>(package)]; }
  VersionSources voices_of(const atom::SetSource& source, const Origin& origin) const;
  VersionSources voices_of(const Package& package) const;
  Origin origin_of(const Package& package, std::size_t version) const;
  void want(const atom::Url& url, const atom::Label& label, Questions& questions);
  void want_versions(const Package& package, Questions& questions);
  void want_named(const Origin& origin, Questions& questions);
  void decide_sets();
  void note_failures(const Origin& origin);
  coro::Task<> meet(std::vector<Origin> origins, Questions hints);
  coro::Task<> list_named(std::vector<Origin> origins);
  Result<std::vector<resolve::Dependency>> dependencies(const Origin& origin, const std::string& file,
                                                        const std::string& suffix);
  Result<atom::ObjectId> identify(const atom::Tag& tag, const atom::SetSource& source, const Origin& origin,
                                  const std::string& file) const;
  void restrict(resolve::Dependency& dependency, const VersionSources& named) const;
  bool counts(const Package& package, std::size_t version, const VersionSources& voices) const;
  static bool is_unlisted(const Package& package) {
    return package.is_outdated || (!package.versions && !package.failure);
  }
  coro::Task<> learn_dates(const std::vector<resolve::PackageId>* packages);
  coro::Task<> list_versions(std::vector<resolve::PackageId> packages);
  coro::Task<> list_versions(resolve::PackageId package);
  std::string why_none(const Package& package) const;
  Result<std::vector<Listed>> published_versions(resolve::PackageId package);
  Listed replacement_for(const Replacement& replacement) const;
  coro::Task<> add_local_candidate(const Package* package, std::vector<Listed>* found);
  bool is_published_as(const Package& package, const Listed& listed, const atom::ObjectId& tree) const;
  void keep_manifests(Package& package, std::vector<Candidate> before);
  coro::Task<> fetch_manifests(std::vector<resolve::Need> needs);
  coro::Task<> fetch_from(std::vector<atom::Url> mirrors, std::vector<resolve::Need> needs);
  coro::Task<> read_manifest(resolve::Need need);
  void link_manifests();
  void link_manifest(Package& package, std::size_t version);
  std::string tag_of(const atom::ObjectId& set) const;
  std::string file_of(const Package& package, std::size_t version) const;

  Context& context_;
  Fetcher& fetcher_;
  Sets& sets_;
  std::deque<Package> packages_;  // stable addresses: the solver keeps them
  std::map<std::pair<atom::ObjectId, atom::Label>, resolve::PackageId> index_;
  std::set<std::pair<resolve::PackageId, atom::Version>> kept_;
  std::map<resolve::PackageId, Replacement> replaced_;
  std::optional<Origin> root_;
  Deciders deciders_;
  std::optional<Error> undecided_;              // of a set that the root names and that cannot be determined
  std::map<atom::ObjectId, std::string> tags_;  // tag of a set in the first manifest that names it
  std::set<atom::Url> told_;                    // mirrors whose failure was reported
  Questions asked_;
  std::optional<LocalOrigin> origin_;
  std::optional<LocalSet> local_;
  std::optional<PackageSet> local_set_;
  bool has_grown_ = false;
};

}  // namespace eka::engine
