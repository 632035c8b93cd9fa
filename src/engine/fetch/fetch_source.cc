// Fetches the content of sources: Sources::fetch().
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "engine/context/timed.h"
#include "engine/fetch/sources.h"
#include "engine/share/closures.h"
#include "net/policy/retries.h"
#include "store/source/source_name.h"

namespace eka::engine {
namespace {

// The name that builtins.fetchGit and fetchTarball use.
constexpr const char* tree_name = "source";

// The name that builtins.fetchurl uses: the part after the last slash of the URL. What Nix does not allow is escaped.
std::string file_name(const atom::Url& url) {
  auto path = url.path();
  while (path.ends_with('/')) path.pop_back();
  auto name = path.substr(path.rfind('/') + 1);
  if (name.empty()) return tree_name;
  if (name.starts_with('.')) name.replace(0, 1, "=2E");
  return atom::store_name(name);
}

Error mismatch(const atom::Url& url, const atom::NarHash& locked, const atom::NarHash& found) {
  return Error(Kind::integrity,
               fmt::format("hash mismatch for {}: got {}, locked {}", url.str(), found.sri(), locked.sri()))
      .with_hint("if the change is intended, run `eka resolve --fresh` to update the lock file");
}

}  // namespace

coro::Task<FetchedSource> Sources::fetch(atom::LockedDirect source) {
  const auto doing = fmt::format("fetching source `{}`", source.name());
  try {
    if (auto* git = std::get_if<atom::LockedGit>(&source.source)) {
      co_return co_await fetch_git(unwrap(atom::Url::parse(git->url)), git->rev);
    }
    std::string name = source.name();
    bool is_tree = true;
    std::string url_text, hash_text;
    if (auto* tar = std::get_if<atom::LockedTar>(&source.source)) {
      url_text = tar->url, hash_text = tar->hash, name = tree_name;
    } else if (auto* file = std::get_if<atom::LockedFile>(&source.source)) {
      url_text = file->url, hash_text = file->hash, is_tree = false, name.clear();
    } else {
      auto& build = std::get<atom::LockedBuild>(source.source);
      url_text = build.url, hash_text = build.hash, is_tree = build.unpack;
    }
    auto url = unwrap(atom::Url::parse(url_text));
    const auto hash = unwrap(atom::NarHash::parse_sri(hash_text));
    if (name.empty()) name = file_name(url);
    if (is_tree) co_return co_await fetch_tree(std::move(url), hash, std::move(name));
    co_return co_await fetch_file(std::move(url), hash, std::move(name));
  } catch (Error& error) {
    error.within(doing);
    throw;
  }
}

coro::Task<bool> Sources::is_cached(atom::LockedDirect source) {
  auto& cached = context_.cache->sources();
  std::string hash_text;
  bool is_tree = true;
  if (const auto* git = std::get_if<atom::LockedGit>(&source.source)) {
    co_return (co_await cached.tree(store::source_name(git->rev))).has_value();
  }
  if (const auto* tar = std::get_if<atom::LockedTar>(&source.source)) {
    hash_text = tar->hash;
  } else if (const auto* file = std::get_if<atom::LockedFile>(&source.source)) {
    hash_text = file->hash, is_tree = false;
  } else {
    const auto& build = std::get<atom::LockedBuild>(source.source);
    hash_text = build.hash, is_tree = build.unpack;
  }
  const auto hash = unwrap(atom::NarHash::parse_sri(hash_text));
  if (is_tree) co_return (co_await cached.tree(store::source_name(hash))).has_value();
  co_return (co_await cached.file(hash)).has_value();
}

coro::Task<FetchedSource> Sources::fetch_git(atom::Url url, atom::ObjectId rev) {
  const auto key = store::source_name(rev);
  auto found = co_await cached_tree(key, tree_name);
  if (found) co_return *std::move(found);
  // By URL, too: a revision may be missing at one place but not at another.
  std::pair from(rev, url);
  co_await fetching_commits_.run(std::move(from), fetch_commit(std::move(url), rev));
  found = co_await cached_tree(key, tree_name);
  if (!found) throw Error(Kind::integrity, fmt::format("revision {} is missing in the cache", rev.hex()));
  co_return *std::move(found);
}

coro::Task<FetchedSource> Sources::fetch_tree(atom::Url url, atom::NarHash hash, std::string name) {
  const auto key = store::source_name(hash);
  auto found = co_await cached_tree(key, name);
  if (found) co_return *std::move(found);
  const auto came = co_await fetch_archive(url);
  if (came != hash) throw mismatch(url, hash, came);
  found = co_await cached_tree(key, name);
  if (!found) throw Error(Kind::integrity, url.str() + " is missing in the cache");
  co_return *std::move(found);
}

coro::Task<FetchedSource> Sources::fetch_file(atom::Url url, atom::NarHash hash, std::string name) {
  auto found = co_await cached_file(hash, name);
  if (found) co_return *std::move(found);
  co_await pull_file(context_, hash);
  found = co_await cached_file(hash, name);
  if (found) co_return *std::move(found);
  const auto came = co_await fetch_file(url);
  if (came != hash) throw mismatch(url, hash, came);
  co_await push_file(context_, hash);
  found = co_await cached_file(hash, name);
  if (!found) throw Error(Kind::integrity, url.str() + " is missing in the cache");
  co_return *std::move(found);
}

coro::Task<std::optional<FetchedSource>> Sources::cached_file(atom::NarHash hash, std::string name) {
  auto place = co_await context_.cache->sources().file(hash);
  if (!place) co_return std::nullopt;
  co_return FetchedSource{atom::file_store_path(hash, name), *std::move(place), hash, false};
}

coro::Task<std::optional<FetchedSource>> Sources::cached_tree(std::string key, std::string name) {
  const auto tree = co_await context_.cache->sources().tree(key);
  if (!tree) co_return std::nullopt;
  try {
    auto provided = co_await context_.cache->trees().provide(*tree);
    const auto& hash = provided.hash;
    co_return FetchedSource{atom::source_store_path(hash, name), std::move(provided.directory), hash, true};
  } catch (const Error& error) {
    if (error.kind() != Kind::integrity) throw;
    // Damaged: it is fetched again, which repairs it or reports an error.
    context_.observer.note(fmt::format("cached source {} is damaged: {}", key, error.message()));
  }
  co_return std::nullopt;
}

coro::Task<atom::NarHash> Sources::fetch_file(atom::Url url) {
  if (const auto known = files_.find(url); known != files_.end()) co_return known->second;
  co_return co_await fetching_files_.run(url, download_file(url));
}

coro::Task<atom::NarHash> Sources::fetch_archive(atom::Url url) {
  if (const auto known = archives_.find(url); known != archives_.end()) co_return known->second;
  co_return co_await fetching_archives_.run(url, download_archive(url));
}

coro::Task<atom::NarHash> Sources::download_file(atom::Url url) {
  const Requesting requesting(context_.observer, Stage::transfer, url.str());
  const auto file = co_await context_.cache->sources().begin_file();
  co_await remotes_.download(url, *file);
  const auto hash = co_await file->keep();
  files_.emplace(url, hash);
  ++received_;
  co_return hash;
}

coro::Task<atom::NarHash> Sources::download_archive(atom::Url url) {
  const Requesting requesting(context_.observer, Stage::transfer, url.str());
  const auto file = co_await context_.cache->sources().begin_file();
  co_await remotes_.download(url, *file);
  atom::ObjectId tree;
  try {
    tree = co_await file->unpack();
  } catch (Error& error) {
    error.within("unpacking " + url.str());
    throw;
  }
  const auto hash = co_await context_.cache->trees().nar_hash(tree);
  co_await context_.cache->sources().name(store::source_name(hash), tree);
  archives_.emplace(url, hash);
  ++received_;
  co_return hash;
}

coro::Task<> Sources::fetch_commit(atom::Url url, atom::ObjectId rev) {
  const Requesting requesting(context_.observer, Stage::transfer, url.str());
  struct Transfer {
    store::Cache& cache;
    git::Remote& remote;
    atom::ObjectId rev;

    coro::Task<> operator()() const {
      const std::vector<atom::ObjectId> wants{rev};
      git::FetchOptions options;
      options.depth = 1;
      auto intake = co_await cache.objects().begin_intake();
      auto fetching = remote.fetch(wants, *intake, std::move(options));
      co_await std::move(fetching);
      co_await intake->accept(wants);
    }
  };
  const Transfer transfer{*context_.cache, remotes_.at(url), rev};
  const std::function<void(const Error&)> told = [&](const Error& e) {
    context_.observer.retrying(url.str() + ": " + e.message());
  };
  const auto policy = net::transfer_policy(context_.settings.timeouts);
  co_await coro::retry(policy, context_.clock, transfer, told);
  const auto commit = co_await context_.cache->objects().commit(rev);
  if (!commit) {
    throw Error(Kind::integrity, fmt::format("{} of {} is not a commit or is incomplete", rev.hex(), url.str()));
  }
  co_await context_.cache->sources().name(store::source_name(rev), commit->tree);
  ++received_;
}

}  // namespace eka::engine
