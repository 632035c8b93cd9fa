// Distributes closures over few evaluator processes, within one memory budget.
//
// `plan.memory` is the memory of all evaluations of a run together, `plan.jobs` the number of concurrent ones; each has
// an equal share, but not less than an evaluator needs to start. An evaluation that exceeds its share is retried once,
// alone and with the whole budget, after all others are done with theirs; only then it is an error.
//
// Closures that share a context are evaluated in as many processes as are worth starting (batches.h). A root that fails
// ends its process; results of earlier roots are kept, and later roots are evaluated in another process. So each root
// is evaluated once, whatever happens to the others; only what they share is evaluated again. (builtins.tryEval was
// rejected: it does not catch most failures, and hides the reason of those that it catches.)
//
// With import-from-derivation, a process that needs something built ends, and its root is evaluated again after the
// build (build_import.h).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "coro/task/limiter.h"
#include "engine/context/context.h"
#include "engine/plan/materialize.h"

namespace eka::engine {

// How the memory is divided. Pure.
struct Shares {
  std::size_t processes = 1;
  std::uint64_t each = 0;
};
Shares share_out(std::uint64_t memory, std::size_t jobs);

class Workers {
 public:
  // Called when the evaluation of a closure begins: it has its memory, and its process is done with earlier roots.
  // Again for a closure that has to be evaluated again.
  using Began = std::function<void(std::size_t index)>;
  // Called once for each closure, as soon as it has a result.
  using Answered = std::function<void(std::size_t index, Result<eval::Evaluated>)>;

  // `context` must outlive it.
  explicit Workers(Context& context);

  // Evaluates in a separate process, once memory is available. Throws the error of the evaluation.
  // `began` is called with 0.
  coro::Task<eval::Evaluated> alone(const Materialized& closure, Began began);

  // The closures must outlive the task; when it ends, `answered` has been called for each of them.
  coro::Task<> together(std::vector<const Materialized*> closures, Began began, Answered answered);

 private:
  struct Work;
  coro::Task<> batch(Work& work, std::vector<std::size_t> items);
  coro::Task<eval::Answers> evaluate(std::vector<const Materialized*> closures, std::uint64_t memory,
                                     std::vector<std::string> built, std::function<void()> began,
                                     eval::Answered answered);
  coro::Task<eval::Evaluated> alone(const Materialized& closure, std::uint64_t memory, Began began);
  // Returns what was built; nothing if the build failed, which has then been reported as the result.
  coro::Task<std::vector<std::string>> import_for(Work& work, std::size_t item, eval::Evaluated wanted);
  coro::Task<> with_all_memory(Work& work, std::size_t item);

  Context& context_;
  Shares shares_;
  coro::Limiter memory_;  // in MiB
};

}  // namespace eka::engine
