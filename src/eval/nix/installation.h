// Finds the programs and files that evaluation needs.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eval/sandbox/nixec.h"

namespace eka::eval {

struct Installation {
  std::filesystem::path nix_instantiate;
  std::filesystem::path nix;
  std::filesystem::path nix_store;
  std::filesystem::path bwrap;
  std::vector<std::string> libraries;  // all that nix_instantiate loads, including its loader
  std::filesystem::path expressions;   // the directory of nix/
  std::filesystem::path nixec;         // the small program, or the running binary re-executed under that name
  BinaryIdentity nixec_identity;
  std::filesystem::path fork_library;  // for the fork server (sandbox/fork_server.h); empty if not installed
  bool has_launcher = false;           // nixec is the small program, which also runs inside the sandbox (launcher.h)
  std::string nix_version;
  std::string expressions_digest;  // BLAKE3 over nix/, hex
  std::vector<std::string> notes;  // what users should know about this Nix and this store although both are used
  std::string store;               // the real store, as a value of Nix's --store: "daemon", "local", or a directory

  // `store` "auto": the store that the user's Nix uses (real_store.h). Nix's version and libraries are cached in
  // `scratch_root` until one of the files changes, so that later runs start no process; only when they are not cached,
  // there is a note about an untested version. Blocks; call it on the pool or before the reactor runs. Throws
  // Kind::usage with what to install, or for a Nix that is too old.
  static Installation locate(const std::filesystem::path& scratch_root, const std::string& store = "auto");
};

// The environment for Nix when it runs outside of the sandbox on behalf of eka: independent of the user's environment
// and configuration, except for how to reach the store.
std::map<std::string, std::string> nix_environment(const Installation& installation);

// The version of the Nix that would be used, or why there is none, in words.
std::string nix_version_in_words();

// Prefix of the digest of the expressions that would be used, or "not found".
std::string expressions_version();

}  // namespace eka::eval
