// The graph of atoms as far as it is known: what the solver asks of (resolve::Facts), and how more of it is brought.
//
// A package is an atom id: a set and a label. Its versions come from a ref query, filtered to the label, to every
// mirror of the set that is known when somebody first asks; they do not change afterwards. Its manifests are blobs,
// brought by id in one request for each set and round, and a blob that is in the cache is never asked for again.
//
// bring() goes level by level: first all that was asked for, then, in one ref query for each remote, the versions of
// everything that the new manifests name. So nothing of the answer depends on the network's timing.
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
#include <vector>

#include "atom/manifest/manifest.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/fetch/fetcher.h"
#include "engine/resolve/sets.h"
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

  // An atom's manifest, and the set of that atom.
  struct Origin {
    const atom::Manifest* manifest;
    atom::ObjectId set;
  };

  // `sets` may serve many graphs, one after another.
  explicit Graph(Context& context);

  // Another place where the set may be had.
  void add_mirror(const atom::ObjectId& set, const atom::Url& url);
  coro::Task<> add_local(LocalSet local);
  // Asks, in one round, what is known to be wanted: what `hints` say, and everything that these manifests name.
  coro::Task<> meet(std::vector<Origin> manifests, Questions hints);

  // The dependencies of a manifest of an atom of `set`, for the solver; meet() has asked. Notes call their places
  // "<file>:<line><suffix>". Kind::remote, integrity or offline where a set cannot be told.
  Result<std::vector<resolve::Dependency>> dependencies(const atom::Manifest& manifest, const atom::ObjectId& set,
                                                        const std::string& file, const std::string& suffix = {});

  // For each dependency, the version that is tried first, and where it may be had.
  struct Likely {
    Published atom;
    std::vector<atom::Url> mirrors;
  };
  std::vector<Likely> likely(const std::vector<resolve::Dependency>& dependencies) const;

  coro::Task<> bring(std::vector<resolve::Need> needs);
  // Why a fact that was brought is still not known.
  std::optional<Error> failure_of(const resolve::Need& need) const;

  // --- what a solution means
  Published published(const resolve::Selected& selected) const;
  const atom::Manifest& manifest_of(const resolve::Selected& selected) const;
  resolve::PackageId package(const atom::ObjectId& set, const atom::Label& label);
  // The set that a manifest of an atom of `own` means by a source; nothing when it cannot be told.
  std::optional<atom::ObjectId> set_of(const atom::SetSource& source, const atom::ObjectId& own) const;
  // Do atoms of this set lie on this machine only? Then they may name what else lies here (hostile otherwise).
  bool may_name_paths(const atom::ObjectId& set) const;
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
    std::optional<atom::ObjectId> manifest_blob;
    std::vector<atom::Url> mirrors;  // that have it
    bool local = false;
    std::optional<atom::Version> dev_version;  // of a local one: under which it is cached
    std::optional<Manifest> manifest;
    std::optional<Error> failure;
    bool linked = false;  // `manifest` has its facts
  };
  using Found = std::map<atom::Version, Candidate>;
  struct Package {
    atom::ObjectId set;
    atom::Label label;
    std::optional<resolve::Versions> versions;
    std::vector<Candidate> candidates;  // as versions
    std::optional<Error> failure;
  };

  Package& at(resolve::PackageId package) { return packages_[static_cast<std::size_t>(package)]; }
  const Package& at(resolve::PackageId package) const { return packages_[static_cast<std::size_t>(package)]; }
  void want_versions(const atom::ObjectId& set, const atom::Label& label, Questions& questions) const;
  void want_named(const Origin& origin, Questions& questions) const;
  void learn_mirrors(const Origin& origin);
  Result<atom::ObjectId> identify(const atom::Tag& tag, const atom::SetSource& source, const atom::ObjectId& own,
                                  const std::string& file) const;
  coro::Task<> list_versions(resolve::PackageId package);
  Result<void> collect(const Package& package, Found& found) const;
  coro::Task<> add_local_candidate(const Package* package, Found* found);
  coro::Task<> fetch_manifests(std::vector<resolve::Need> needs);
  coro::Task<> fetch_from(std::vector<atom::Url> mirrors, std::vector<resolve::Need> needs);
  coro::Task<> read_manifest(resolve::Need need);
  void link_manifest(Package& package, std::size_t version);
  std::string tag_of(const atom::ObjectId& set) const;
  std::string file_of(const Package& package, std::size_t version) const;

  Context& context_;
  Fetcher& fetcher_;
  Sets& sets_;
  std::deque<Package> packages_;  // addresses last: the solver keeps them
  std::map<std::pair<atom::ObjectId, atom::Label>, resolve::PackageId> index_;
  std::map<atom::ObjectId, std::vector<atom::Url>> mirrors_;
  std::map<atom::ObjectId, std::string> tags_;  // how the first manifest to name a set calls it
  std::set<atom::Url> told_;                    // mirrors that were told to be passed over
  std::optional<LocalSet> local_;
  std::optional<PackageSet> local_set_;
};

}  // namespace eka::engine
