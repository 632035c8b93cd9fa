// Making a package set: ekala.toml committed, and the remote told the genesis (protocol §2, §3).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "atom/hash/object_id.h"
#include "engine/context/context.h"

namespace eka::engine {

struct InitRequest {
  std::filesystem::path directory;
  bool init_git = false;              // make a repository where the directory lies in none
  std::optional<std::string> remote;  // a configured remote, or a url; "origin" where that is configured
};

struct InitReport {
  atom::ObjectId genesis;
  bool wrote_manifest = false;
  bool committed = false;
  enum class Remote { none, initialised, was_initialised, unreachable } remote = Remote::none;
  std::string remote_url;      // redacted
  std::string remote_problem;  // of one that could not be reached
};

// Idempotent. Only ekala.toml is committed, whatever else is staged. Throws Kind::usage (no repository, and init_git
// is off), Kind::integrity for a remote that is the set of another genesis (both are named), Kind::remote for a remote
// that was asked for by name and cannot be reached.
coro::Task<InitReport> init(Context& context, InitRequest request);

}  // namespace eka::engine
