// The remote to which a set is published.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "engine/context/context.h"
#include "git/object/source_repository.h"
#include "git/remote/remote.h"

namespace eka::engine {

// Throws Kind::offline when the run is.
coro::Task<std::vector<git::Ref>> ask_set_remote(Context& context, atom::Url url, std::vector<std::string> prefixes);

// The genesis that the remote advertises; nothing if it is not a set yet.
std::optional<atom::ObjectId> genesis_among(const std::vector<git::Ref>& refs);

// Kind::integrity; the message names both.
Error another_set(const atom::Url& url, const atom::ObjectId& theirs, const atom::ObjectId& ours);

// Where the repository that contains `directory` publishes: its remote "origin", if it has one.
std::optional<atom::Url> published_at(const std::filesystem::path& directory);

// The URL of the remote `name` of the repository, or `name` itself if it is a URL or a path. Throws Kind::usage if it
// is neither.
std::string remote_named(const git::SourceRepository& repository, const std::string& name);

// Parses a remote that was typed or configured; a path is relative to `base`.
atom::Url remote_url(const std::string& configured, const std::filesystem::path& base);

}  // namespace eka::engine
