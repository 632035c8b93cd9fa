// Creates a package set: commits ekala.toml, and pushes the genesis to the remote (protocol §2, §3).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "atom/hash/object_id.h"
#include "engine/context/context.h"

namespace eka::engine {

struct InitRequest {
  std::filesystem::path directory;
  bool init_git = false;              // create a repository if the directory is not in one
  std::optional<std::string> remote;  // a configured remote, or a URL; default: "origin", if configured
};

struct InitReport {
  atom::ObjectId genesis;
  bool wrote_manifest = false;
  bool committed = false;
  enum class Remote { none, initialised, was_initialised, unreachable } remote = Remote::none;
  std::string remote_url;      // redacted
  std::string remote_problem;  // if it could not be reached
};

// Idempotent. Only ekala.toml is committed, whatever else is staged. Throws Kind::usage (no repository, and init_git is
// off), Kind::integrity if the remote is a set with another genesis (both are named), Kind::remote if a remote that was
// named explicitly cannot be reached.
coro::Task<InitReport> init(Context& context, InitRequest request);

}  // namespace eka::engine
