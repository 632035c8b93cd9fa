// Why an evaluation ended without an answer, for people.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "eval/evaluator.h"

namespace eka::eval {

// How the process ended, and what is known about the circumstances.
struct Ending {
  std::optional<int> code{};
  std::optional<int> signal{};
  std::string_view errors{};  // its standard error
  std::chrono::milliseconds took{};
  std::chrono::seconds cpu_limit{};
  std::chrono::seconds wall_limit{};
  std::uint64_t memory_limit{};
  std::string_view closure{};  // the document that was evaluated
  bool whole_trace{};          // with the frames of our own expressions
};

// Pure. An ending by Nix's own choice gives its message, then the frames of its trace that are the atoms' (trace.h);
// where it came from another atom than the planned one, the context says which, and who needs it (origin.h). A breach
// of the contract (nix/contract.nix) gives a sentence. Everything is fit for a terminal.
Error explain(const Ending& ending);

// Which limit ended it.
Exhausted exhausted(const Ending& ending);

// What the evaluator printed besides an error: traces and warnings, fit for a terminal.
std::string messages_of(std::string_view errors);

}  // namespace eka::eval
