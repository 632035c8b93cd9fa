// Describes the sandbox in which an evaluator runs.
//
// It contains nix-instantiate and its libraries, the expressions, the sources of one closure (each at its own store
// path), and a writable private store. It has no network, no devices, no /proc (many containers do not allow mounting
// it, and it is not needed), no environment variables except those listed, and no other file of the machine. It is
// isolated by namespaces (bubblewrap), a seccomp filter (syscalls.h) and, if the kernel supports it, Landlock
// (landlock.h); the options given to Nix only improve its messages.
//
// The directories that lead to these files can be entered but not listed: newer versions of Nix allow an atom to list
// /nix/store, where it would see what is evaluated beside it.
//
// The expression is passed on standard input, not in a file: anything an atom can read would be an input of its value,
// which must not depend on what else is in the closure.
//
// The evaluator never has user id 0 inside, whatever it is outside: as user 0, Nix would try to unshare and to own
// files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/sandbox/landlock.h"

namespace eka::eval {

struct Sandbox {
  struct Bind {
    std::string outside;
    std::string inside;
  };

  std::string bwrap;
  std::string nix_instantiate;         // at the same path inside
  std::vector<std::string> libraries;  // at the same paths inside; includes the loader
  std::string expressions;             // the directory of nix/
  std::string store;                   // an empty directory: the private store
  std::vector<Bind> sources;
  std::string system;
  // The small nixec, which enables Landlock inside (launcher.h); empty: the evaluator is started without it.
  std::string launcher;
  // An empty directory where nixec first mounts all files and the store (root_mount.h); empty: bwrap binds each of
  // them.
  std::string root;
  bool imports = false;    // an output that is not built fails with its name (imports.h)
  bool container = false;  // without bwrap and namespaces: container.h
};

// All files in the sandbox except for the private store, which alone is writable.
std::vector<Sandbox::Bind> root_binds(const Sandbox& sandbox);
// The same in a child of the fork server (fork_server.h), which has loaded Nix already.
std::vector<Sandbox::Bind> forked_binds(const Sandbox& sandbox);
Grants forked_grants();

// How nix-instantiate is called, with these two places.
std::vector<std::string> evaluator_command(const Sandbox& sandbox, const std::string& store,
                                           const std::string& expressions);
std::vector<std::pair<std::string, std::string>> evaluator_environment(const Sandbox& sandbox);

struct SandboxArguments {
  std::vector<std::string> options;  // of bwrap; passed NUL-separated in a file, since there may be many
  std::vector<std::string> command;  // executed by bwrap
};

// Pure. `seccomp` is the descriptor of the filter.
SandboxArguments sandbox_arguments(const Sandbox& sandbox, int seccomp);

// Starts the fork server in bubblewrap: it sees the files of this machine, of which only `writable` can be written, and
// may mount; its children give up both. `library` is preloaded into `nix_instantiate`.
std::vector<std::string> fork_server_command(const std::string& bwrap, const std::string& nix_instantiate,
                                             const std::string& library,
                                             const std::vector<std::filesystem::path>& writable);

// Where the expressions are inside.
inline constexpr const char* inside_expressions = "/eka/nix";

// The standard input of the command; `mark` identifies its answers (answers.h). `plan`: nix/plan.nix as a Nix path.
std::string expression_for(std::string_view closure_json, std::string_view mark,
                           std::string_view plan = "/eka/nix/plan.nix");

// Path of the private store inside.
inline constexpr const char* inside_store = "/eka/store";

// Each source needs a mount, of which the kernel allows 100,000 per namespace, and an argument. Without `root`, the
// limit is bwrap's: it reads no more than 9,000 arguments.
inline constexpr std::size_t most_sources = 20'000;
inline constexpr std::size_t most_sources_without_root = 2'500;

}  // namespace eka::eval
