// Runs the user's git for operations that depend on the user's setup: pushing (with its credentials, hooks,
// configuration and transports) and committing.
//
// Runs without a terminal: git and ssh fail instead of prompting. Coroutines of the reactor; cancelling them ends the
// child.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/url.h"
#include "coro/task/task.h"

namespace eka::git {

struct PushedRef {
  atom::ObjectId object;  // null: the ref is deleted
  std::string ref;        // full name
};

struct PushOutcome {
  std::string ref;
  bool accepted = false;
  std::string reason{};  // why it was rejected; safe for a terminal
  // What the server printed about it, then what it printed without naming a ref (server_words.h).
  std::vector<std::string> said{};
};

// Pushes all refs, without force: atomically if the server supports that, otherwise each on its own. Returns one
// outcome for each ref, in the given order. `directory` is the root of a working tree, or a bare repository: git
// discovers the repository there and thus checks its owner. Throws Kind::remote if the push as a whole failed.
coro::Task<std::vector<PushOutcome>> push(std::filesystem::path directory, atom::Url url, std::vector<PushedRef> refs);

// Fetches the files of `revision` that match `pathspecs` and that a partial clone lacks, in one request of git's to its
// remote. `directory` is as for push(). Throws Kind::remote with git's message.
coro::Task<> fetch_missing(std::filesystem::path directory, std::string revision, std::vector<std::string> pathspecs);

// `git init`, which does not change an existing repository.
coro::Task<> init_repository(std::filesystem::path directory);

// Commits the current content of these files in `directory` with `git commit --only`: other staged changes stay staged.
// The user's identity, hooks and signing apply. Throws Kind::failure with git's message.
coro::Task<> commit_files(std::filesystem::path directory, std::vector<std::string> files, std::string message);

// `git reset -- FILE…`: these files of the index become those of HEAD. Throws Kind::failure with git's message.
coro::Task<> unstage_files(std::filesystem::path directory, std::vector<std::string> files);

}  // namespace eka::git
