// A process that has loaded nix-instantiate with its libraries, and forks for each evaluation.
//
// Loading Nix takes more processor time than evaluating a small atom. The server is nix-instantiate, started in
// bubblewrap with a preloaded library (src/fork_server.cc) that calls serve_evaluations() instead of Nix's main(): the
// libraries are loaded and initialized, but no code of Nix has run yet, and no argument, expression or file of an
// atom has been read. Each child confines itself as nixec, bwrap and the launcher do for a process of its own
// (confinement.h), and then calls Nix's main() with the arguments of its evaluation.
//
// Protocol, on a SOCK_SEQPACKET socket: the server sends `fork_server_greeting` when it is ready. For each evaluation,
// its client sends one byte with the four descriptors of ForkedEvaluation. The server writes the child's status (as of
// waitpid, an int) to `connection` when it has ended, and kills the child when the client shuts down its side.
// When the client closes the socket, the server exits, and all children with it.
#pragma once

#include <string_view>

#include "coro/process/descriptor.h"

namespace eka::eval {

struct ForkedEvaluation {
  coro::Descriptor connection;  // a stream socket
  coro::Descriptor request;     // a file with a NixecRequest
  coro::Descriptor output;      // standard output of the child
  coro::Descriptor errors;      // standard error of the child
};

// The descriptor of the socket in the server.
inline constexpr int fork_server_socket = 3;
inline constexpr std::string_view fork_server_greeting = "eka-fork-server-1";
// The variable that tells the library to serve; without it, the library does nothing.
inline constexpr const char* fork_server_variable = "EKA_FORK_SERVER";

// Serves until the socket is closed, then exits. Returns in each child, with what it has to evaluate; all descriptors
// of the server are still open there. Exits with an error if the kernel does not allow what a child needs.
ForkedEvaluation serve_evaluations();

}  // namespace eka::eval
