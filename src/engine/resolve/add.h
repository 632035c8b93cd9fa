// Adds dependencies to an atom of the working tree: resolves first, then writes manifest and lock, or neither.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/label.h"
#include "atom/names/uri.h"
#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"

namespace eka::engine {

struct AddRequest {
  std::filesystem::path atom;      // its directory, or one below it
  atom::AtomUri uri;               // without a set: the atom's own
  std::optional<atom::Tag> set;    // name of a set that is not in the manifest yet
  std::vector<atom::Url> mirrors;  // additional URLs of the set; those with another genesis are ignored
};

struct AddDirectRequest {
  std::filesystem::path atom;
  std::optional<atom::Label> key;  // default: the last part of the URL
  atom::Url url;
  enum class Fetch { git, tar, file, build } fetch = Fetch::file;
  std::string at;              // of git: a ref or a requirement; empty: HEAD
  std::optional<bool> unpack;  // of build
};

struct AddReport {
  std::string file;                  // the manifest
  std::string entry;                 // what was added, for users
  std::vector<std::string> changes;  // of the lock
  std::vector<std::string> warnings;
  std::vector<RemoteCost> remotes;
};

// The set is identified by its genesis, whatever its tag. Without a requirement: "^" and the highest version. Every
// byte of the manifest outside of the change is preserved. Throws Kind::usage (no atom here, a tag that is in use),
// Kind::unsatisfiable, Kind::remote; then nothing was written.
coro::Task<AddReport> add(Context& context, AddRequest request);
coro::Task<AddReport> add_direct(Context& context, AddDirectRequest request);

// How a source at `url` is fetched by default: repositories by git, archives as trees, everything else as files.
AddDirectRequest::Fetch guess_fetch(const atom::Url& url);

}  // namespace eka::engine
