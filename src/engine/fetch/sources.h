// Sources that are not atoms (protocol §5, [deps.direct.nix]): determines their revision or hash, and fetches them into
// the cache.
//
// lock() determines the current state of a manifest's source: the revision of a ref or of the highest matching tag, the
// hash of a file or of an unpacked archive. The entry of the old lock is kept while the request is the same. A lock
// does not record the requested ref, so the cache stores it; if it is not stored (the lock was made on another
// machine), the lock is trusted.
//
// When fetch() resumes, the locked source is in the cache, verified against its revision or hash, at the store path
// that Nix's own fetcher gives it: "source" for builtins.fetchGit and fetchTarball, the last part of the URL for
// fetchurl. Of a repository, one commit is fetched, without its history; submodules are rejected. An archive that
// contains one directory becomes that directory, as in Nix; one with several entries becomes all of them, as with
// `nix-prefetch-url --unpack`.
//
// Calls may be concurrent: each ref query and each download is made once per run. Everything resumes on the reactor.
// Passwords in URLs are used, and are never part of results.
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
  atom::DirectSource source;                 // the placeholders of its URL are substituted
  std::optional<atom::AtomId> owner;         // copied to the result
  std::optional<atom::LockedDirect> locked;  // entry of the old lock for this owner and name
  bool fresh = false;                        // ignore the old lock
  bool fetch_follows = false;                // the same run fetches it: objects are not requested twice for a note
  bool may_be_local = false;                 // the atom that declares it is local, so it may refer to local files
};

// Copies what `from` remembers of the refs and requirements that gave the git sources of `lock`: with it, lock()
// notices that `manifest` asks for another one.
void copy_requests(store::Database& from, store::Database& to, const atom::Manifest& manifest, const atom::Lock& lock);

struct FetchedSource {
  std::string store_path;
  std::filesystem::path on_disk;  // location in the cache
  atom::NarHash hash;             // of the NAR of a tree, of the bytes of a file
  bool tree;
};

class Sources {
 public:
  Sources(Context& context, Remotes& remotes) : context_(context), remotes_(remotes) {}

  // Throws Kind::unsatisfiable (no such ref, no tag that matches), Kind::remote, Kind::offline if a request is needed,
  // Kind::usage for a local URL that is not allowed.
  coro::Task<atom::LockedDirect> lock(SourceRequest request);

  // Throws Kind::integrity (with the URL and both hashes) if the content does not match the lock, Kind::remote,
  // Kind::offline. (Name the task before you await it: LockedDirect is one of the temporaries that task.h warns about.)
  coro::Task<FetchedSource> fetch(atom::LockedDirect source);
  // Whether fetch() would find it in the cache.
  coro::Task<bool> is_cached(atom::LockedDirect source);

  // How many were not cached and have been fetched.
  std::size_t received() const { return received_; }

 private:
  using Refs = std::vector<git::Ref>;

  using Locked = std::variant<atom::LockedGit, atom::LockedTar, atom::LockedFile, atom::LockedBuild>;

  coro::Task<atom::LockedDirect> lock_anew(SourceRequest request, atom::Url url);
  coro::Task<Locked> lock_file(std::string name, atom::Url url, atom::DirectSource source);
  coro::Task<atom::LockedGit> lock_git(std::string name, atom::Url url, atom::GitSource source);
  coro::Task<Refs> refs_at(atom::Url url, std::vector<std::string> prefixes);
  coro::Task<Refs> ask_refs(atom::Url url, std::vector<std::string> prefixes, std::string key);

  // archive_attributes(), once for all sources of the same revision and URL.
  coro::Task<std::optional<std::string>> attributes_of(atom::Url url, atom::ObjectId rev);
  coro::Task<std::optional<std::string>> read_attributes(atom::Url url, atom::ObjectId rev);

  // The location of the source; nothing if it is not cached.
  coro::Task<std::optional<FetchedSource>> cached_file(atom::NarHash hash, std::string name);
  coro::Task<std::optional<FetchedSource>> cached_tree(std::string key, std::string name);
  // Stores the current content of `url` in the cache and returns its hash.
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
  using Revision = std::pair<atom::ObjectId, atom::Url>;
  coro::SingleFlight<Revision, void> fetching_commits_;
  coro::SingleFlight<Revision, std::optional<std::string>> reading_attributes_;
  std::map<Revision, std::optional<std::string>> attributes_;
  std::size_t received_ = 0;
};

}  // namespace eka::engine
