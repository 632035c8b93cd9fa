// The whole story, from names to derivations:
//
//   find roots   which atoms are meant; bring and read them     one ref query, one request per remote
//   lock         versions are chosen where a root has no lock   (choose.h)
//   recall       is the answer remembered?                      then nothing more is fetched
//   bring        everything their closures need                 one request per remote, all at once
//   lay out      trees on disk, store paths, the document
//   evaluate     sealed, several at once, or many in one        under one budget of memory
//   admit        what came out enters the real store            once per run: from here on it is final
//
// Each planned atom is a Journey through these steps; one that fails stands aside and the others go on. Within `bring`
// to `evaluate` every journey goes at its own pace.
#include "engine/plan.h"

#include <algorithm>
#include <chrono>

#include "coro/task/task_group.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/fetch/closure.h"
#include "engine/fetch/fetcher.h"
#include "engine/plan/layout.h"
#include "engine/plan/provide_archives.h"
#include "engine/plan/recall.h"
#include "engine/plan/roots.h"
#include "engine/plan/workers.h"
#include "engine/resolve/choose.h"

namespace eka::engine {
namespace {

struct Journey {
  const Wanted* item = nullptr;
  Times* times = nullptr;
  std::optional<Error> failure;

  std::optional<Root> root;
  std::optional<std::string> digest;
  std::optional<Recalled> recalled;
  std::optional<Closure> closure;
  std::optional<LaidOut> laid_out;
  std::optional<eval::Evaluated> evaluated;
};

class Run {
 public:
  Run(Context& context, PlanRequest request)
      : context_(context),
        request_(std::move(request)),
        workers_(context),
        times_(request_.items.size()),
        journeys_(request_.items.size()) {
    for (std::size_t i = 0; i < journeys_.size(); ++i) {
      journeys_[i].item = &request_.items[i];
      journeys_[i].times = &times_[i];
    }
  }

  coro::Task<PlanReport> finish() {
    co_await find_nix_and_roots();
    co_await recall_evaluations();
    if (context_.settings.share_context) {
      co_await each(&Run::bring_and_lay_out);
      co_await evaluate_together();
    } else {
      co_await each(&Run::bring_and_evaluate);
    }
    co_await admit();
    co_return report();
  }

 private:
  using Step = coro::Task<> (Run::*)(Journey&);

  bool underway(const Journey& journey) const { return !journey.failure && !journey.recalled; }

  // The step for every journey that is still under way, all at once; a failure stays with its journey.
  coro::Task<> each(Step step) {
    std::vector<Journey*> going;
    std::vector<coro::Task<>> tasks;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      going.push_back(&journey);
      tasks.push_back((this->*step)(journey));
    }
    auto results = co_await coro::gather(std::move(tasks));
    for (std::size_t i = 0; i < going.size(); ++i) {
      if (!results[i]) fail_journey(*going[i], std::move(results[i]).error());
    }
  }

  void fail_journey(Journey& journey, Error error) {
    journey.failure = std::move(error).within("planning " + journey.item->typed);
    tell_answer(journey);
  }

  void tell_answer(const Journey& journey) {
    const auto index = static_cast<std::size_t>(journey.item - request_.items.data());
    context_.observer.planned(index, result(journey));
  }

  // Looking for Nix on this machine, and for the atoms elsewhere, takes the longer of the two.
  coro::Task<> find_nix_and_roots() {
    std::vector<coro::Task<>> tasks;
    tasks.push_back(context_.evaluator->prepare());
    tasks.push_back(read_roots());
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> read_roots() {
    // Reported at once: the remote of another root may take long to respond.
    RootFailed failed = [this](std::size_t index, const Error& error) { fail_journey(journeys_[index], error); };
    auto roots = co_await find_roots(context_, request_.items, times_, std::move(failed));
    co_await complete_locks(context_, request_.items, roots, times_);
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (roots[i]) {
        journeys_[i].root = *std::move(roots[i]);
      } else if (!journeys_[i].failure) {
        fail_journey(journeys_[i], std::move(roots[i]).error());  // no lock could be completed
      }
    }
  }

  coro::Task<> recall_evaluations() {
    std::vector<Journey*> known;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      journey.digest = evaluation_digest(context_, journey.root->atom);
      if (journey.digest) known.push_back(&journey);
    }
    co_await look_up(std::move(known));
  }

  // Where the lock alone does not pin everything.
  coro::Task<> recall_by_closure(Journey& journey) {
    journey.digest = evaluation_digest(context_, journey.root->atom, *journey.closure);
    std::vector<Journey*> one{&journey};
    co_await look_up(std::move(one));
  }

  coro::Task<> look_up(std::vector<Journey*> journeys) {
    if (context_.settings.fresh_evaluation) co_return;
    std::vector<std::string> digests;
    for (const auto* journey : journeys) digests.push_back(*journey->digest);
    auto recalled = co_await recall(context_, std::move(digests));
    for (std::size_t i = 0; i < journeys.size(); ++i) {
      journeys[i]->recalled = std::move(recalled[i]);
      if (journeys[i]->recalled) tell_answer(*journeys[i]);
    }
  }

  coro::Task<> bring_and_lay_out(Journey& journey) {
    {
      const Timed timed(context_, Stage::fetch_closure, journey.item->typed, {journey.times});
      journey.closure = co_await bring_closure(context_, journey.root->atom, journey.root->found_at);
    }
    if (!journey.digest) co_await recall_by_closure(journey);
    if (journey.recalled) co_return;
    context_.cache->check_writable();  // an evaluation wants room
    const Timed timed(context_, Stage::lay_out, journey.item->typed, {journey.times});
    journey.laid_out = co_await lay_out(context_, *journey.closure);
  }

  coro::Task<> bring_and_evaluate(Journey& journey) {
    co_await bring_and_lay_out(journey);
    if (!journey.recalled) co_await evaluate_alone(journey);
  }

  coro::Task<> evaluate_alone(Journey& journey) {
    {
      const Timed timed(context_, Stage::evaluate, journey.item->typed, {journey.times});
      journey.evaluated = co_await workers_.alone(*journey.laid_out);
    }
    tell_evaluated(journey);
  }

  static std::vector<Times*> books(const std::vector<Journey*>& journeys) {
    std::vector<Times*> out;
    for (auto* journey : journeys) out.push_back(journey->times);
    return out;
  }

  // The answer, after what the user's code said while it was evaluated: traces and warnings.
  void tell_evaluated(const Journey& journey) {
    if (const auto& said = journey.evaluated->messages; !said.empty()) context_.observer.note(said);
    tell_answer(journey);
  }

  // Few processes for all of them.
  coro::Task<> evaluate_together() {
    std::vector<Journey*> going;
    std::vector<const LaidOut*> closures;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      going.push_back(&journey);
      closures.push_back(&*journey.laid_out);
    }
    if (going.empty()) co_return;
    const Timed timed(context_, Stage::evaluate, "all atoms together", {});
    const auto started = context_.clock.now();
    Workers::Answered answered = [&](std::size_t index, Result<eval::Evaluated> result) {
      // Until its answer: it is told before the others are done.
      const std::chrono::duration<double, std::milli> spent = context_.clock.now() - started;
      (*going[index]->times)[Stage::evaluate] = spent.count();
      if (result) {
        going[index]->evaluated = *std::move(result);
        tell_evaluated(*going[index]);
      } else {
        fail_journey(*going[index], std::move(result).error());
      }
    };
    co_await workers_.together(std::move(closures), std::move(answered));
  }

  coro::Task<> admit() {
    std::vector<Journey*> going;
    std::vector<eval::Evaluated> results;
    std::vector<std::string> drv_paths;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      going.push_back(&journey);
      results.push_back(*journey.evaluated);
      drv_paths.push_back(journey.evaluated->drv_path);
    }
    if (going.empty()) co_return;
    {
      const Timed timed(context_, Stage::admit, "derivations", books(going));
      co_await keep(context_, std::move(drv_paths));
      co_await context_.evaluator->admit(std::move(results));
    }
    for (const auto* journey : going) {
      if (journey->evaluated->imported) continue;  // the next build may give something else
      remember(context_, *journey->digest, {journey->evaluated->drv_path, journey->evaluated->outputs});
    }
  }

  PlanReport report() {
    PlanReport out;
    for (const auto& journey : journeys_) out.plans.push_back(result(journey));
    out.remotes = context_.remotes().costs();
    return out;
  }

  static Result<Plan> result(const Journey& journey) {
    if (journey.failure) return std::unexpected(*journey.failure);
    const auto& published = journey.root->atom.published;
    Plan plan{.label = published.label,
              .version = published.version,
              .id = atom::AtomId(published.set, published.label),
              .rev = published.rev,
              .drv_path = journey.recalled ? journey.recalled->drv_path : journey.evaluated->drv_path,
              .outputs = journey.recalled ? journey.recalled->outputs : journey.evaluated->outputs,
              .remembered = journey.recalled.has_value(),
              .remotes = {journey.root->found_at.str()},
              .archives = {},
              .milliseconds = *journey.times};
    if (const auto& lock = journey.root->atom.lock) {
      // A closure is at hand wherever the lock alone does not say it: what a lock of format 1 pins is never recalled
      // without.
      plan.archives = journey.closure ? archives_of(*journey.closure) : archives_of(*lock);
      for (const auto& [set, locked] : lock->sets) {
        for (const auto& url : locked.mirrors) plan.remotes.push_back(url.str());
      }
    }
    std::ranges::sort(plan.remotes);
    plan.remotes.erase(std::ranges::unique(plan.remotes).begin(), plan.remotes.end());
    return plan;
  }

  Context& context_;
  PlanRequest request_;
  Workers workers_;
  std::vector<Times> times_;  // of each journey
  std::vector<Journey> journeys_;
};

}  // namespace

coro::Task<PlanReport> plan(Context& context, PlanRequest request) {
  Run run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
