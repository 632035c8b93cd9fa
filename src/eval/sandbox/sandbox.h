// The sandbox in which an evaluator runs, as data.
//
// Inside there is: nix-instantiate and its libraries, the expressions, the sources of one closure (each at its own
// store path), and a private store to write. No network, no devices, no /proc (which many containers do not let one
// mount, and which is not missed), no environment but what is listed, no other file of the machine. It is isolated by
// namespaces (bubblewrap), a seccomp filter (syscalls.h) and, where the kernel has it, Landlock (landlock.h); the
// options given to Nix only improve its messages.
//
// What is to be evaluated comes by standard input, not as a file: what an atom can read would be an input to its value,
// and it must not depend on what else is in the closure.
//
// The evaluator is not user 0 inside, whoever it is outside: as 0, Nix would try to unshare and to own files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace eka::eval {

struct Sandbox {
  struct Bind {
    std::string outside;
    std::string inside;
  };

  std::string bwrap;
  std::string nix_instantiate;         // at the same path inside
  std::vector<std::string> libraries;  // these too; the loader is among them
  std::string expressions;             // the directory of nix/
  std::string store;                   // an empty directory: the private store
  std::vector<Bind> sources;
  std::string system;
  // The small nixec, which enables Landlock inside (launcher.h); empty: the evaluator is started without.
  std::string launcher;
  // An empty directory where nixec mounts all files first, the store too (root_mount.h); empty: bwrap binds one by one.
  std::string root;
  bool imports = false;  // fail at what is not built with its name, not with a refusal (imports.h)
};

// Every file in the sandbox except for the private store, which alone is writable.
std::vector<Sandbox::Bind> root_binds(const Sandbox& sandbox);

struct SandboxArguments {
  std::vector<std::string> options;  // bwrap's own; NUL-separated in a file, since there may be very many
  std::vector<std::string> command;  // what it runs
};

// Pure: the same request gives the same arguments. `seccomp` is the number of the descriptor that holds the filter.
SandboxArguments sandbox_arguments(const Sandbox& sandbox, int seccomp);

// What the command reads from its standard input; `mark` is a word that its answers bear (answers.h).
std::string expression_for(std::string_view closure_json, std::string_view mark);

// The private store, inside.
inline constexpr const char* inside_store = "/eka/store";

// Each has a mount, of which the kernel lets a namespace have 100,000, and a word on the command line. Without
// `root`, the limit is bwrap's: it reads no more than 9,000 arguments.
inline constexpr std::size_t most_sources = 20'000;
inline constexpr std::size_t most_sources_without_root = 2'500;

}  // namespace eka::eval
