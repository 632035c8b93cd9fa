// What evaluation needs of the machine.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eval/sandbox/nixec.h"

namespace eka::eval {

// The programs and files that evaluation needs; found once by locate().
struct Installation {
  std::filesystem::path nix_instantiate;
  std::filesystem::path nix;
  std::filesystem::path nix_store;
  std::filesystem::path bwrap;
  std::vector<std::string> libraries;  // all that nix_instantiate loads, its loader included
  std::filesystem::path expressions;   // the directory of nix/
  std::filesystem::path nixec;         // the small program of that name, or the running binary, re-executed as it
  BinaryIdentity nixec_identity;
  bool has_launcher = false;  // nixec is the small program, which can run inside as well (launcher.h)
  std::string nix_version;
  std::string expressions_digest;  // BLAKE3 over nix/, hex
  std::string store;               // the real store, as Nix's --store takes it: "daemon", "local", or a directory

  // `store` "auto": $NIX_REMOTE if set; else the daemon if one answers; else /nix if we may write there. What is asked
  // of Nix (its version, its libraries) is remembered in `scratch_root` until one of the files changes, so that this
  // costs no process on later runs. Blocks for a moment: call it before the reactor runs. Throws Kind::usage with what
  // to install.
  static Installation locate(const std::filesystem::path& scratch_root, const std::string& store = "auto");
};

// The environment for Nix outside of the sandbox, where it works for us and not for the user: nothing of the user's
// environment or configuration.
std::map<std::string, std::string> nix_environment(const Installation& installation);

// Of the expressions that would be used: the head of their digest, or "not found".
std::string expressions_version();

}  // namespace eka::eval
