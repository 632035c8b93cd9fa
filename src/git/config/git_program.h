// The user's own git, for what must go through it: pushing (its credentials, hooks, configuration and transports are
// the user's affair) and committing.
//
// Runs without a terminal: git and ssh fail instead of prompting. Coroutines of the reactor; cancelling ends the child.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/url.h"
#include "coro/task/task.h"

namespace eka::git {

struct PushedRef {
  atom::ObjectId object;
  std::string ref;  // full name
};

struct PushOutcome {
  std::string ref;
  bool accepted = false;
  std::string reason;  // of a refusal, fit for a terminal
};

// One push of all refs, none forced: atomic where the server can do that, else each on its own. One outcome for each
// ref, in the order given. `directory` is the root of a working tree, or a bare repository: git finds the repository by
// itself there, and so checks its owner. Throws Kind::remote when the push as a whole failed.
coro::Task<std::vector<PushOutcome>> push(std::filesystem::path directory, atom::Url url, std::vector<PushedRef> refs);

// `git init`, which leaves an existing repository as it is.
coro::Task<> init_repository(std::filesystem::path directory);

// Commits this one file as it lies in `directory`, by `git commit --only`: whatever else is staged stays staged. The
// user's identity, hooks and signing apply. Kind::failure with git's own words.
coro::Task<> commit_file(std::filesystem::path directory, std::string file, std::string message);

}  // namespace eka::git
