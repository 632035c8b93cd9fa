// Who evaluates what: many closures over few processes, under one budget of memory.
//
// `plan.memory` is what all evaluations of a run take together, `plan.jobs` how many run at once; each has an equal
// share, but never less than an evaluator needs for a start. One that runs out of its share is tried once more by
// itself, with the whole, when all others are done with theirs; only then is it an error.
//
// Closures that share a context are evaluated in as many processes as are worth starting (batches.h). A root that fails
// ends its process; those answered before it keep their answers, those behind it go on in another process. So each root
// is evaluated once, whatever its neighbours do; what is paid again is what they share. (builtins.tryEval was rejected:
// it does not catch most failures, and of those that it catches it hides the reason.)
//
// Where evaluation may read what derivations build, a process that wants something built ends, and the root that wanted
// it begins anew when it is built (build_import.h).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "coro/task/limiter.h"
#include "engine/context/context.h"
#include "engine/plan/materialize.h"

namespace eka::engine {

// How the memory is shared out. Pure.
struct Shares {
  std::size_t processes = 1;
  std::uint64_t each = 0;
};
Shares share_out(std::uint64_t memory, std::size_t jobs);

class Workers {
 public:
  // Called once for each closure, as its answer comes.
  using Answered = std::function<void(std::size_t index, Result<eval::Evaluated>)>;

  // `context` must outlive it.
  explicit Workers(Context& context);

  // In a process of its own, when it is its turn. Throws why it does not evaluate.
  coro::Task<eval::Evaluated> alone(const Materialized& closure);

  // The closures must stay until the task ends; `answered` has then been called for every one of them.
  coro::Task<> together(std::vector<const Materialized*> closures, Answered answered);

 private:
  struct Work;
  coro::Task<> batch(Work& work, std::vector<std::size_t> items);
  coro::Task<eval::Answers> evaluate(std::vector<const Materialized*> closures, std::uint64_t memory,
                                     std::vector<std::string> built, eval::Answered answered);
  coro::Task<eval::Evaluated> alone(const Materialized& closure, std::uint64_t memory);
  // What was built for it; nothing, and it is answered, when that does not build.
  coro::Task<std::vector<std::string>> import_for(Work& work, std::size_t item, eval::Evaluated wanted);
  coro::Task<> with_all_memory(Work& work, std::size_t item);

  Context& context_;
  Shares shares_;
  coro::Limiter memory_;  // in MiB
};

}  // namespace eka::engine
