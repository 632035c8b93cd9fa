// The room in which an evaluator runs, as data.
//
// Inside there is: nix-instantiate and its libraries, the expressions, the sources of one closure (each at its own
// store path), and a private store to write. No network, no devices, no /proc (which many containers do not let one
// mount, and which is not missed), no environment but what is listed, no other file of the machine. The wall is made of
// namespaces (bubblewrap), of a seccomp filter (syscalls.h) and, where the kernel has it, of Landlock (landlock.h); the
// options given to Nix only make its own messages better.
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
  std::string nix_instantiate;         // stands at the same path inside
  std::vector<std::string> libraries;  // these too; the loader is among them
  std::string expressions;             // the directory of nix/
  std::string store;                   // an empty directory: the private store
  std::vector<Bind> sources;
  std::string system;
  // The small nixec, which in there takes on Landlock (doorkeeper.h); empty: the evaluator is started without.
  std::string doorkeeper;
  // An empty directory in which all of it is put together first, the store too (room.h); empty: bwrap binds one by one.
  std::string room;
  bool imports = false;  // fail at what is not built with its name, not with a refusal (imports.h)
};

// Every file that stands in the room, but for the private store, which alone can be written.
std::vector<Sandbox::Bind> room_binds(const Sandbox& sandbox);

struct SandboxArguments {
  std::vector<std::string> options;  // bwrap's own; NUL-separated in a file, since there may be very many
  std::vector<std::string> command;  // what it runs
};

// Pure: the same request gives the same arguments. `seccomp` is the number of the descriptor that holds the filter.
SandboxArguments sandbox_arguments(const Sandbox& sandbox, int seccomp);

// What the command reads from its standard input; `mark` is a word that its answers bear (answers.h).
std::string expression_for(std::string_view closure_json, std::string_view mark);

// Where the private store stands inside.
inline constexpr const char* inside_store = "/eka/store";

// Each has a mount, of which the kernel lets a namespace have 100,000, and a word on the command line. Without a room
// it is bwrap that does not read more than 9,000 arguments.
inline constexpr std::size_t most_sources = 20'000;
inline constexpr std::size_t most_sources_without_room = 2'500;

}  // namespace eka::eval
