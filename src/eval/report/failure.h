// Explains to users why an evaluation ended without a result.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "eval/evaluator.h"
#include "eval/sandbox/obstacle.h"

namespace eka::eval {

// How the process ended, and under which conditions it ran.
struct Ending {
  std::optional<int> code{};
  std::optional<int> signal{};
  std::string_view errors{};  // its standard error
  std::chrono::milliseconds took{};
  std::chrono::seconds cpu_limit{};
  std::chrono::seconds wall_limit{};
  std::uint64_t memory_limit{};
  std::string_view closure{};          // the document that was evaluated
  bool whole_trace{};                  // include the frames of eka's expressions
  std::optional<Obstacle> obstacle{};  // if bwrap failed: why
};

// Pure. For an error reported by Nix: its message and the frames of its trace that belong to atoms (trace.h); if it
// occurred in another atom than the planned one, the context names that atom and its dependents (origin.h). For a
// violation of the contract (nix/contract.nix): a sentence. All text is escaped for terminals.
Error explain(const Ending& ending);

// Whether this error of explain() says that the planned atom was evaluated, but its value is no set or has no `main`:
// it cannot be planned, but other atoms may use it.
bool is_library(const Error& error);

// The limit that ended it, if any.
Exhausted exhausted(const Ending& ending);

// What the evaluator printed besides an error (traces and warnings), escaped for terminals.
std::string messages_of(std::string_view errors);

}  // namespace eka::eval
