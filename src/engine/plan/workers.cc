#include "engine/plan/workers.h"

#include <algorithm>
#include <set>

#include "coro/task/task_group.h"
#include "engine/plan/batches.h"
#include "engine/plan/build_import.h"

namespace eka::engine {
namespace {

// Address space that an evaluator needs for useful work: its libraries are a quarter of it.
constexpr std::uint64_t least_memory = std::uint64_t{512} << 20;

std::size_t mebibytes(std::uint64_t bytes) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(bytes >> 20));
}

}  // namespace

Shares share_out(std::uint64_t memory, std::size_t jobs) {
  const std::uint64_t fit = std::max<std::uint64_t>(1, memory / least_memory);
  const std::size_t processes = std::max<std::size_t>(1, std::min<std::size_t>(jobs, fit));
  return {processes, memory / processes};
}

// State of one call of together().
struct Workers::Work {
  std::vector<const Materialized*> closures;
  Began began;
  Answered answered;
};

Workers::Workers(Context& context)
    : context_(context),
      shares_(share_out(context.settings.limits.memory_bytes, context.settings.jobs)),
      memory_(mebibytes(shares_.each) * shares_.processes) {
  for (const std::string& sentence : context.settings.reduced) context.observer.note(sentence);
  if (context.settings.sandbox == eval::SandboxKind::container) {
    context.observer.note(
        "evaluations are isolated without namespaces (plan.sandbox = \"container\"): less than by the default sandbox");
  }
}

coro::Task<eval::Answers> Workers::evaluate(std::vector<const Materialized*> closures, std::uint64_t memory,
                                            std::vector<std::string> built, std::function<void()> began,
                                            eval::Answered answered) {
  const auto turn = co_await memory_.acquire(mebibytes(memory));
  began();
  eval::Evaluation evaluation = join(context_.settings, closures);
  evaluation.limits.memory_bytes = memory;
  evaluation.built = std::move(built);
  co_return co_await context_.evaluator->evaluate_each(std::move(evaluation), std::move(answered));
}

coro::Task<eval::Evaluated> Workers::alone(const Materialized& closure, Began began) {
  return alone(closure, shares_.each, std::move(began));
}

coro::Task<eval::Evaluated> Workers::alone(const Materialized& closure, std::uint64_t memory, Began began) {
  const std::uint64_t whole = context_.settings.limits.memory_bytes;
  std::vector<std::string> built;
  while (true) {
    std::vector<const Materialized*> one{&closure};
    std::vector<std::string> at_hand = built;
    std::function<void()> begins = [&began] { began(0); };
    eval::Answered nobody;
    eval::Answers answers =
        co_await evaluate(std::move(one), memory, std::move(at_hand), std::move(begins), std::move(nobody));
    if (!answers.roots.empty()) co_return unwrap(std::move(answers.roots.front()));
    if (answers.wanted) {
      const auto more = co_await build_import(context_, *std::move(answers.wanted));
      built.insert(built.end(), more.begin(), more.end());
    } else if (answers.exhausted == eval::Exhausted::memory && memory < whole) {
      memory = whole;
    } else {
      throw answers.failure ? *std::move(answers.failure)
                            : Error(Kind::evaluation, "the evaluator exited without a result");
    }
  }
}

coro::Task<> Workers::together(std::vector<const Materialized*> closures, Began began, Answered answered) {
  Work work{std::move(closures), std::move(began), std::move(answered)};
  std::vector<coro::Task<>> tasks;
  for (auto& items : batches(work.closures, shares_.processes)) tasks.push_back(batch(work, std::move(items)));
  co_await coro::all(std::move(tasks));
}

coro::Task<> Workers::batch(Work& work, std::vector<std::size_t> items) {
  std::vector<std::string> built;
  while (!items.empty()) {
    std::vector<const Materialized*> closures;
    std::vector<std::string> at_hand = built;
    for (const std::size_t item : items) closures.push_back(work.closures[item]);
    std::function<void()> begins = [&] { work.began(items.front()); };
    eval::Answered pass_on = [&](std::size_t root, const Result<eval::Evaluated>& result) {
      work.answered(items[root], result);
      if (root + 1 < items.size()) work.began(items[root + 1]);
    };
    eval::Answers answers =
        co_await evaluate(std::move(closures), shares_.each, std::move(at_hand), std::move(begins), std::move(pass_on));
    const std::size_t done = answers.roots.size();
    if (done >= items.size()) co_return;

    const std::size_t bad = items[done];
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(done + 1));
    if (answers.wanted) {
      const auto more = co_await import_for(work, bad, *std::move(answers.wanted));
      built.insert(built.end(), more.begin(), more.end());
      if (!more.empty()) items.insert(items.begin(), bad);
      continue;
    }
    Error failure = answers.failure ? *std::move(answers.failure)
                                    : Error(Kind::evaluation, "the evaluator exited without a result");
    // A limit that was reached with many roots may not be reached by this one alone.
    const bool had_less = done > 0 || shares_.each < context_.settings.limits.memory_bytes;
    const bool may_do_alone =
        (answers.exhausted == eval::Exhausted::memory && had_less) ||
        ((answers.exhausted == eval::Exhausted::time || answers.exhausted == eval::Exhausted::disk) && done > 0);
    if (may_do_alone) {
      co_await with_all_memory(work, bad);
    } else {
      work.answered(bad, std::unexpected(std::move(failure)));
    }
  }
}

coro::Task<std::vector<std::string>> Workers::import_for(Work& work, std::size_t item, eval::Evaluated wanted) {
  try {
    co_return co_await build_import(context_, std::move(wanted));
  } catch (const Error& error) {
    work.answered(item, std::unexpected(error));
  }
  co_return std::vector<std::string>();
}

coro::Task<> Workers::with_all_memory(Work& work, std::size_t item) {
  try {
    Began began = [&work, item](std::size_t) { work.began(item); };
    auto evaluated = co_await alone(*work.closures[item], context_.settings.limits.memory_bytes, std::move(began));
    work.answered(item, std::move(evaluated));
  } catch (const Error& error) {
    work.answered(item, std::unexpected(error));
  }
}

}  // namespace eka::engine
