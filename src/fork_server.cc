// A library to be preloaded into nix-instantiate: replaces its main() by that of a fork server
// (src/eval/sandbox/fork_server.h) if the environment asks for it.
//
// main() is the argument of __libc_start_main, which is called when all libraries are loaded and initialized. It is
// part of the binary interface of the C library, so the same library works with every version of Nix that is linked
// dynamically.
#include "eval/sandbox/fork_server.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <dlfcn.h>
#include <unistd.h>

#include "base/argv.h"
#include "eval/sandbox/confinement.h"

namespace {

using Main = int (*)(int, char**, char**);
using Hook = void (*)();
using Start = int (*)(Main, int, char**, Hook, Hook, Hook, void*);

Main main_of_nix = nullptr;

// Nix loads this library by name at startup, which fails in the children: their root directory does not contain it.
void load_resolver() {
  ::dlopen("libnss_dns.so.2", RTLD_NOW);
}

// Its frame lives as long as the process, so Nix may keep pointers to arguments and environment.
int serve(int /*argc*/, char** /*argv*/, char** /*envp*/) {
  load_resolver();
  eka::eval::EvaluatorCall call = eka::eval::confine_to(eka::eval::serve_evaluations());
  std::vector<char*> argv = eka::argv_of(call.command);
  std::vector<char*> environment = eka::argv_of(call.environment);
  environ = environment.data();
  const int code = main_of_nix(static_cast<int>(call.command.size()), argv.data(), environment.data());
  std::fflush(nullptr);
  ::_exit(code);
}

}  // namespace

// The name of the C library's function, which this one is called instead of.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::visibility("default")]] int __libc_start_main(Main main, int argc, char** argv, Hook init, Hook fini,
                                                                Hook loader_fini, void* stack_end) {
  const auto start = reinterpret_cast<Start>(::dlsym(RTLD_NEXT, "__libc_start_main"));
  main_of_nix = main;
  const bool serves = std::getenv(eka::eval::fork_server_variable) != nullptr;
  return start(serves ? serve : main, argc, argv, init, fini, loader_fini, stack_end);
}
