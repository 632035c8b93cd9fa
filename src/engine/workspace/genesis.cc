#include "engine/workspace/genesis.h"

#include <optional>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "engine/context/remotes.h"
#include "engine/workspace/set_remote.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

struct LocalGenesis {
  std::optional<atom::ObjectId> genesis;
  std::optional<atom::Url> remote;  // if the genesis is unknown
};

// The URL of a remote; nullopt if the default one does not exist.
std::optional<atom::Url> url_of(const git::SourceRepository& repository, const std::string& remote) {
  const bool is_default = remote == "origin";
  if (is_default && !repository.remote_url(remote)) return std::nullopt;
  return remote_url(remote_named(repository, remote), repository.directory());
}

LocalGenesis read_local(const std::filesystem::path& directory, const std::string& revision,
                        const std::string& remote) {
  const auto repository = git::SourceRepository::discover(directory);
  if (!repository.head() && revision == "HEAD") {
    throw Error(Kind::usage, fmt::format("{} has no commits, and therefore no genesis", directory.string()))
        .with_hint("create the first commit with `eka init`");
  }
  LocalGenesis out;
  out.genesis = repository.genesis(repository.commit(revision));
  if (!out.genesis) out.remote = url_of(repository, remote);
  return out;
}

}  // namespace

coro::Task<atom::ObjectId> find_genesis(Context& context, std::filesystem::path directory, std::string revision,
                                        std::string remote) {
  const auto local = co_await coro::offload(context.pool, [&] { return read_local(directory, revision, remote); });
  if (local.genesis) co_return *local.genesis;
  const auto what =
      fmt::format("{} is in a shallow clone, which does not have the first commit", printable(directory.native()));
  constexpr const char* whole = "fetch the whole history: git fetch --unshallow";
  if (!local.remote) throw Error(Kind::usage, what + ", and has no remote `origin`").with_hint(whole);
  const auto known = context.cache->vouched().genesis_at(context.remotes().reached_at(*local.remote));
  if (known) co_return *known;
  std::vector<std::string> prefixes{std::string(atom::init_ref)};
  std::optional<std::vector<git::Ref>> refs;
  try {
    refs = co_await ask_set_remote(context, *local.remote, std::move(prefixes));
  } catch (Error& error) {
    error.within("asking for the genesis of the shallow clone at " + printable(directory.native()));
    throw;
  }
  const auto genesis = genesis_among(*refs);
  if (!genesis) {
    throw Error(Kind::usage,
                fmt::format("{}, and its remote {} has no ref {}", what, local.remote->str(), atom::init_ref))
        .with_hint("run `eka init` in a complete clone, once, or here: git fetch --unshallow");
  }
  context.cache->vouched().remember_genesis(context.remotes().reached_at(*local.remote), *genesis);
  co_return *genesis;
}

}  // namespace eka::engine
