#include "engine/workspace/set_remote.h"

#include <algorithm>

#include <fmt/format.h>

#include "atom/names/atom_commit.h"
#include "base/text.h"
#include "engine/context/remotes.h"
#include "git/config/safe_directory.h"

namespace eka::engine {

coro::Task<std::vector<git::Ref>> ask_set_remote(Context& context, atom::Url url, std::vector<std::string> prefixes) {
  auto& remotes = context.remotes();
  remotes.named_by_user(url);
  auto& remote = remotes.at(url);
  co_return co_await remote.ls_refs(std::move(prefixes));
}

std::optional<atom::ObjectId> genesis_among(const std::vector<git::Ref>& refs) {
  const auto init = std::ranges::find(refs, atom::init_ref, &git::Ref::name);
  return init == refs.end() ? std::nullopt : std::optional(init->id);
}

Error another_set(const atom::Url& url, const atom::ObjectId& theirs, const atom::ObjectId& ours) {
  return Error(Kind::integrity, fmt::format("{} is a different package set: its genesis is {}, not {}", url.str(),
                                            theirs.hex(), ours.hex()))
      .with_hint("use the remote from which this repository was cloned");
}

std::string remote_named(const git::SourceRepository& repository, const std::string& name) {
  if (auto url = repository.remote_url(name)) return *std::move(url);
  // A directory that happens to have the name of a missing remote is not meant.
  if (name.find_first_of("/:") != std::string::npos || git::repository_at(name)) return name;
  throw Error(Kind::usage, fmt::format("this repository has no remote `{}`", printable(name)))
      .with_hint("`git remote` lists the remotes; a URL or a path such as ./set.git can be used as well");
}

atom::Url remote_url(const std::string& configured, const std::filesystem::path& base) {
  auto url = unwrap(atom::Url::parse_repository(configured));
  if (!url.is_local() || std::filesystem::path(url.path()).is_absolute()) return url;
  return unwrap(atom::Url::parse((base / url.path()).lexically_normal().string()));
}

std::optional<atom::Url> published_at(const std::filesystem::path& directory) {
  const auto repository = git::SourceRepository::discover(directory);
  const auto origin = repository.remote_url("origin");
  if (!origin) return std::nullopt;
  return remote_url(*origin, repository.working_tree().value_or(repository.git_directory()));
}

}  // namespace eka::engine
