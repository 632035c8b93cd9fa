// Withdraws published versions, or undoes that: refs at the remote of the set (docs/protocol.md).
//
// A yanked version stays where it is, and lock files that name it can be used. It is not selected for new ones.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atom/names/label.h"
#include "atom/version/version.h"
#include "base/error.h"
#include "engine/context/context.h"

namespace eka::engine {

struct YankRequest {
  std::filesystem::path directory;  // in the set
  std::vector<std::pair<atom::Label, atom::Version>> versions;
  bool undo = false;
  std::string reason{};           // shown to users of the version
  std::string remote = "origin";  // a configured remote, or a URL
};

struct YankedVersion {
  atom::Label label;
  atom::Version version;
  bool changed = false;            // otherwise it was in the requested state before
  std::optional<Error> refusal{};  // by the remote
};

struct YankReport {
  std::string remote;  // redacted URL
  std::vector<YankedVersion> versions;
};

// One query, and one push for all versions. Throws Kind::usage for a version that is not published, Kind::integrity if
// the remote is another set, Kind::remote.
coro::Task<YankReport> yank(Context& context, YankRequest request);

}  // namespace eka::engine
