// The graph of atoms as far as it is known: what the solver asks of (resolve::Facts), and how more of it is brought.
//
// A package is an atom id: a set and a label. Its versions come from ref queries, filtered to the label, to the URLs
// that may say which there are (version_sources.h). Its manifests are blobs, brought by id in one request for each set
// and round, and a blob that is in the cache is never asked for again.
//
// fetch() goes level by level: first all that was asked for, then, in one ref query for each remote, the versions of
// everything that the new manifests name. So nothing of the answer depends on the network's timing. When a manifest
// names a set by URLs that were not heard of it before, the list of versions of a package may grow: has_grown() says
// so, and then a solver must begin again.
//
// Where an atom cannot be told (no mirror answers, mirrors disagree), the failure waits beside it: speculation stays
// silent, and only who needs the fact is told (failure_of).
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
#include "engine/resolve/sets.h"
#include "engine/resolve/version_sources.h"
#include "engine/workspace/package_set.h"
#include "resolve/facts.h"
#include "resolve/solver.h"

namespace eka::engine {

// A set whose working tree lies here: its atoms are taken as they lie there, before any that is published.
struct LocalSet {
  std::filesystem::path directory;
  atom::ObjectId genesis;
  std::optional<atom::Label> except;  // the atom that is resolved itself
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
    atom::ObjectId set;  // that of the atom
    VersionSources own;  // what `::` means to it: who offers the atom
    bool local;          // it was read on this machine, so that it may name what lies here
  };

  // `sets` may serve many graphs, one after another.
  explicit Graph(Context& context);

  coro::Task<> add_local(LocalSet local);
  // Where on this machine the manifest was read that versions are chosen for. Without, it came from elsewhere.
  void read_from(LocalOrigin origin) { origin_ = std::move(origin); }
  const std::optional<LocalOrigin>& origin() const { return origin_; }
  // May a manifest name this URL as a mirror? Any on the network; on this machine none if the manifest came from
  // elsewhere, otherwise as context/local_access.h says.
  bool may_ask(const atom::Url& url, const Origin& origin) const;
  // Takes in the manifest that versions are chosen for, which decides the sets that it names and its own. Asks, in one
  // round, everything that is known to be wanted: what it names, and what `hints` say.
  coro::Task<> begin(Origin root, Questions hints);

  // What that manifest needs, for the solver. Notes call places "<file>:<line>". Kind::remote, integrity or offline
  // where a set cannot be told.
  Result<std::vector<resolve::Dependency>> root_dependencies(const std::string& file);

  // For each dependency, the version that is tried first, and where it may be had.
  struct Likely {
    Published atom;
    std::vector<atom::Url> mirrors;
  };
  std::vector<Likely> likely(const std::vector<resolve::Dependency>& dependencies) const;

  coro::Task<> fetch(std::vector<resolve::Need> needs);
  // Whether facts that were known have changed since this was asked last: more versions, numbered anew.
  bool has_grown() { return std::exchange(has_grown_, false); }
  // Why a fact that was brought is still not known.
  std::optional<Error> failure_of(const resolve::Need& need) const;
  // A URL that says which versions of the package there are and that could not be asked.
  struct Silent {
    atom::Url url;
    Error failure;
  };
  std::optional<Silent> silent_for(resolve::PackageId package) const;

  // --- what a solution means
  Published published(const resolve::Selected& selected) const;
  const atom::Manifest& manifest_of(const resolve::Selected& selected) const;
  resolve::PackageId package(const atom::ObjectId& set, const atom::Label& label);
  // The set that a manifest of an atom of `own` means by a source; nothing when it cannot be told.
  std::optional<atom::ObjectId> set_of(const atom::SetSource& source, const atom::ObjectId& own) const;
  // Was its manifest read on this machine? Only then may it name what lies here.
  bool is_local(const resolve::Selected& selected) const;
  // Who offers it, of those who may say so. Empty for one of the working tree.
  const std::vector<atom::Url>& offered_by(const resolve::Selected& selected) const;
  // The URLs that decide the versions of the set, in ascending order; empty for a set that only dependencies name.
  Places deciding(const atom::ObjectId& set) const;
  // Of a package whose set only dependencies name, by several URLs: that these leave no version in common may be why
  // there is no solution, and what to do about it.
  std::optional<std::string> advice(resolve::PackageId package) const;
  // What the working tree holds: taken first.
  std::vector<resolve::Preference> local_versions();
  // What was asked of remotes for this graph.
  Questions asked() const;
  // For packages without versions: asks their sets for near names, so that an explanation can say them.
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
    bool local = false;                          // it lies in the working tree
    std::optional<atom::Version> dev_version{};  // of a local one: under which it is cached
    std::optional<Manifest> manifest{};
    std::string unusable{};  // why the manifest cannot be used, if so
    std::optional<Error> failure{};
    bool met = false;     // what its manifest names was asked for
    bool linked = false;  // `manifest` has its facts
  };
  struct Package {
    atom::ObjectId set;
    atom::Label label;
    VersionSources named{};    // how manifests call the set, where none decides it
    bool is_outdated = false;  // more of them were met than when its versions were listed
    std::optional<resolve::Versions> versions{};
    std::vector<Candidate> candidates{};  // as versions
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
  coro::Task<> list_versions(resolve::PackageId package);
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
  std::deque<Package> packages_;  // addresses last: the solver keeps them
  std::map<std::pair<atom::ObjectId, atom::Label>, resolve::PackageId> index_;
  std::optional<Origin> root_;
  Deciders deciders_;
  std::optional<Error> undecided_;              // a set that the root names and that cannot be told
  std::map<atom::ObjectId, std::string> tags_;  // how the first manifest to name a set calls it
  std::set<atom::Url> told_;                    // mirrors that were told to be passed over
  Questions asked_;
  std::optional<LocalOrigin> origin_;
  std::optional<LocalSet> local_;
  std::optional<PackageSet> local_set_;
  bool has_grown_ = false;
};

}  // namespace eka::engine
