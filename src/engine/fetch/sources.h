// Sources that are no atoms (protocol §5, [deps.direct.nix]): which one is meant, and its bytes in the cache.
//
// lock() finds out what a manifest's source is now: the revision that a ref or the highest matching tag names, the hash
// of a file or of an unpacked archive. What the old lock says is kept as long as the same thing is asked for. A lock
// does not record the ref that was asked for, so the cache remembers it; where it remembers nothing (another machine
// made the lock) the lock is believed.
//
// fetch() has a locked source in the cache when it resumes, checked against its revision or hash, at the store path
// that Nix's own fetcher gives it: "source" for builtins.fetchGit and fetchTarball, the last part of the URL for
// fetchurl. Of a repository the one commit is fetched, without its history; a submodule is refused. An archive that
// holds one directory is that directory, as for Nix; one that holds several things is all of them, as for
// `nix-prefetch-url --unpack`.
//
// Many may ask at once: each ref query, each download is made once per run. Everything resumes on the reactor.
// Passwords of URLs are used, and never become part of what is returned.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "atom/hash/nar_hash.h"
#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "coro/task/single_flight.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "git/wire/ref.h"

namespace eka::engine {

struct SourceRequest {
  SourceRequest(std::string its_name, atom::DirectSource what) : name(std::move(its_name)), source(std::move(what)) {}

  const std::string& url() const {
    return std::visit([](const auto& fetch) -> const std::string& { return fetch.url; }, source.fetch);
  }

  std::string name;
  atom::DirectSource source;                 // the placeholders of its url are filled
  std::optional<atom::AtomId> owner;         // goes into the result
  std::optional<atom::LockedDirect> locked;  // what the old lock has for this owner and name
  bool fresh = false;                        // ask, whatever the old lock says
  bool may_be_local = false;                 // the atom that declares it is itself local: it may name files
};

struct FetchedSource {
  std::string store_path;
  std::filesystem::path on_disk;  // where it lies in the cache
  atom::NarHash hash;             // of the NAR of a tree, of the bytes of a file
  bool tree;
};

class Sources {
 public:
  Sources(Context& context, Remotes& remotes) : context_(context), remotes_(remotes) {}

  // Throws Kind::unsatisfiable (no such ref, no tag that matches), Kind::remote, Kind::offline where something has to
  // be asked, Kind::usage for a local url that is not allowed.
  coro::Task<atom::LockedDirect> lock(SourceRequest request);

  // (Name the task before you await it: LockedDirect is one of the temporaries that task.h warns of.)
  // Throws Kind::integrity (url and both hashes named) for what is not what the lock says, Kind::remote, Kind::offline.
  coro::Task<FetchedSource> fetch(atom::LockedDirect source);

 private:
  using Refs = std::vector<git::Ref>;

  using Locked = std::variant<atom::LockedGit, atom::LockedTar, atom::LockedFile, atom::LockedBuild>;

  coro::Task<atom::LockedDirect> lock_anew(SourceRequest request, atom::Url url);
  coro::Task<Locked> lock_file(std::string name, atom::Url url, atom::DirectSource source);
  coro::Task<atom::LockedGit> lock_git(std::string name, atom::Url url, atom::GitSource source);
  coro::Task<Refs> refs_at(atom::Url url, std::vector<std::string> prefixes);
  coro::Task<Refs> ask_refs(atom::Url url, std::vector<std::string> prefixes, std::string key);

  // Where the source lies, nothing when the cache lacks it.
  coro::Task<std::optional<FetchedSource>> cached_file(atom::NarHash hash, std::string name);
  coro::Task<std::optional<FetchedSource>> cached_tree(std::string key, std::string name);
  // What is at `url` now, kept in the cache: its hash.
  coro::Task<atom::NarHash> fetch_file(atom::Url url);
  coro::Task<atom::NarHash> fetch_archive(atom::Url url);
  coro::Task<> fetch_commit(atom::Url url, atom::ObjectId rev);

  coro::Task<FetchedSource> fetch_git(atom::Url url, atom::ObjectId rev);
  coro::Task<FetchedSource> fetch_tree(atom::Url url, atom::NarHash hash, std::string name);
  coro::Task<FetchedSource> fetch_file(atom::Url url, atom::NarHash hash, std::string name);

  coro::Task<atom::NarHash> download_file(atom::Url url);
  coro::Task<atom::NarHash> download_archive(atom::Url url);

  Context& context_;
  Remotes& remotes_;
  coro::SingleFlight<std::string, Refs> asking_;
  std::map<std::string, Refs> refs_;  // by url and prefixes
  coro::SingleFlight<atom::Url, atom::NarHash> fetching_files_, fetching_archives_;
  std::map<atom::Url, atom::NarHash> files_, archives_;
  coro::SingleFlight<std::pair<atom::ObjectId, atom::Url>, void> fetching_commits_;
};

}  // namespace eka::engine
