// From names to derivations, in these steps:
//
//   find roots    locate each atom and fetch it                   one ref query, one request per remote
//   recall        use a cached evaluation                         then nothing more is read or fetched
//   read          manifests and locks; choose versions where a root has no lock file   (resolve/choose.h)
//   recall        for atoms whose tree does not pin the evaluation
//   fetch         everything that the closures need               one request per remote, all at once
//   materialize   trees on disk, store paths, the document
//   evaluate      in a sandbox, several at once, or many in one   within one memory budget
//   import        copy the derivations to the Nix store           twice a second, while others are evaluated
//
// Each planned atom is a Job. Its state is the type of the last step that it completed, and holds what the next step
// needs. A job that fails keeps its error, and the others continue. From `fetch` to `evaluate` no job waits for
// another.
#include "engine/plan.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/closure/closure.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/fetch/fetcher.h"
#include "engine/plan/materialize.h"
#include "engine/plan/provide_archives.h"
#include "engine/plan/recall.h"
#include "engine/plan/roots.h"
#include "engine/plan/workers.h"
#include "engine/resolve/choose.h"
#include "engine/share/closures.h"

namespace eka::engine {
namespace {

// An import costs about as much for a hundred derivations as for one. A short run imports once; of an interrupted run,
// only the evaluations of the last interval are lost.
constexpr std::chrono::milliseconds import_interval{500};

struct Requested {};
struct Found {
  FoundRoot root;
};
struct Locked {
  Root root;
  std::optional<std::string> key{};  // evaluation key (recall.h); nothing if it depends on the closure
};
struct Fetched {
  Root root;
  Closure closure;
  std::string key;
};
struct Ready {
  Fetched fetched;
  Materialized document;
};
struct Evaluated {
  Plan plan;
  std::string key;
  Recalled evaluation;
  eval::Evaluated result;
};
struct Done {
  Plan plan;
};

struct Job {
  const Wanted* item = nullptr;
  Times* times = nullptr;
  std::vector<Overridden> overridden{};
  std::string tried;  // an evaluation key under which nothing is cached
  std::vector<atom::ObjectId>
      fetched;  // the revisions of a closure that may be shared (share/closures.h), its root first
  std::variant<Requested, Found, Locked, Fetched, Ready, Evaluated, Done, Error> state;

  template <class State>
  State& as() {
    return std::get<State>(state);
  }
};

// `remotes` are those that the lock names.
Plan plan_of(const FoundRoot& root, std::vector<std::string> remotes, std::vector<atom::LockedDirect> archives,
             const Recalled& evaluation, bool remembered) {
  const auto& published = root.published;
  remotes.push_back(root.found_at.str());
  std::ranges::sort(remotes);
  remotes.erase(std::ranges::unique(remotes).begin(), remotes.end());
  return {.label = published.label,
          .version = published.version,
          .id = atom::AtomId(published.set, published.label),
          .rev = published.rev,
          .drv_path = evaluation.drv_path,
          .outputs = evaluation.outputs,
          .meta = evaluation.meta,
          .remembered = remembered,
          .sandbox = {},
          .remotes = std::move(remotes),
          .archives = std::move(archives),
          .milliseconds = {}};
}

// For an atom that has been read. `closure` is nullptr if it was not fetched; if the lock alone does not name all
// archives (format 1), it was.
Plan plan_of(const Root& root, const Closure* closure, const Recalled& evaluation, bool remembered) {
  const auto& lock = root.atom.lock;
  if (!lock) return plan_of(root, {}, {}, evaluation, remembered);
  auto archives = closure != nullptr ? archives_of(*closure) : archives_of(*lock);
  return plan_of(root, mirrors_in(*lock), std::move(archives), evaluation, remembered);
}

// As it is cached.
Recalled recalled(const Root& root, std::string drv_path, std::vector<eval::Output> outputs,
                  std::optional<std::string> meta) {
  Recalled out{.drv_path = std::move(drv_path),
               .outputs = std::move(outputs),
               .meta = std::move(meta),
               .version = root.published.version.str()};
  if (!root.atom.lock) return out;
  out.remotes = mirrors_in(*root.atom.lock);
  if (const auto rest = outline(*root.atom.lock)) out.lock = rest->text();
  return out;
}

class Run {
 public:
  Run(Context& context, PlanRequest request)
      : context_(context),
        request_(std::move(request)),
        workers_(context),
        times_(request_.items.size()),
        jobs_(request_.items.size()) {
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      jobs_[i].item = &request_.items[i];
      jobs_[i].times = &times_[i];
    }
  }

  coro::Task<PlanReport> finish() {
    coro::TaskGroup group(co_await asio::this_coro::executor);
    if (request_.fail_fast) {
      stop_ = [&group] { group.cancel(); };
    }
    group.start(steps());
    co_await group.join();
    if (first_failure_) throw *first_failure_;
    for (const auto& job : jobs_) {
      if (!job.fetched.empty()) co_await push_closure(context_, job.fetched.front(), job.fetched);
    }
    co_return report();
  }

 private:
  using Step = coro::Task<> (Run::*)(Job&);

  coro::Task<> steps() {
    co_await find_nix_and_roots();
    co_await recall_unread();
    co_await read();
    overrides_.tell_unused(context_, request_.items);
    co_await recall_read();
    std::vector<coro::Task<>> both;
    both.push_back(evaluate());
    both.push_back(import_in_batches());
    co_await coro::all(std::move(both));
  }

  coro::Task<> evaluate() {
    const bool shares = context_.settings.share_context != atom::ShareContext::none;
    if (shares && context_.evaluator->keeps_roots_apart()) {
      co_await each_locked(&Run::fetch_and_materialize);
      co_await evaluate_groups();
    } else {
      if (shares) {
        context_.observer.detail(
            "this version of Nix would show atoms to each other in a shared process: each has its own");
      }
      co_await each_locked(&Run::fetch_and_evaluate);
    }
    all_evaluated_ = true;
    if (pause_ != nullptr) pause_->cancel();
  }

  coro::Task<> import_in_batches() {
    while (!all_evaluated_) {
      co_await coro::throw_if_cancelled();  // join() would throw without waiting
      coro::TaskGroup pause(co_await asio::this_coro::executor);
      pause.start(context_.clock.sleep(import_interval));
      pause_ = &pause;
      co_await pause.join();
      pause_ = nullptr;
      co_await import();
    }
    co_await import();
  }

  template <class State>
  std::vector<Job*> jobs_in() {
    std::vector<Job*> out;
    for (auto& job : jobs_) {
      if (std::holds_alternative<State>(job.state)) out.push_back(&job);
    }
    return out;
  }

  // Runs the step for every locked job, in parallel; a failure affects only its job.
  coro::Task<> each_locked(Step step) {
    const std::vector<Job*> jobs = jobs_in<Locked>();
    std::vector<coro::Task<>> tasks;
    for (auto* job : jobs) tasks.push_back((this->*step)(*job));
    auto results = co_await coro::gather(std::move(tasks));
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!results[i]) fail(*jobs[i], std::move(results[i]).error());
    }
  }

  void fail(Job& job, Error error) {
    job.state = std::move(error).within("planning " + job.item->typed);
    tell_answer(job);
    if (!stop_) return;
    if (!first_failure_) first_failure_ = job.as<Error>();
    stop_();
  }

  void tell_answer(const Job& job) {
    const auto index = static_cast<std::size_t>(job.item - request_.items.data());
    context_.observer.planned(index, result(job));
  }

  void tell_stored(const Job& job) {
    const auto plan = result(job);
    context_.observer.stored(static_cast<std::size_t>(job.item - request_.items.data()), *plan);
  }

  // Finding Nix on this machine and finding the roots run in parallel.
  coro::Task<> find_nix_and_roots() {
    std::vector<coro::Task<>> tasks;
    tasks.push_back(prepare_evaluator());
    tasks.push_back(find());
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> prepare_evaluator() {
    co_await context_.evaluator->prepare();
    for (const std::string& note : context_.evaluator->notes()) context_.observer.note(note);
  }

  coro::Task<> find() {
    // Reported at once: the remote of another root may take long to respond.
    RootFailed failed = [this](std::size_t index, const Error& error) { fail(jobs_[index], error); };
    auto roots = co_await locate_roots(context_, request_.items, times_, std::move(failed));
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (roots[i]) jobs_[i].state = Found{*std::move(roots[i])};
    }
  }

  // Recalls evaluations that the tree of their atom pins, before the atom is read. Not for atoms of a working tree,
  // whose locks may have to be changed first.
  coro::Task<> recall_unread() {
    if (context_.settings.fresh_evaluation) co_return;
    std::vector<Job*> jobs;
    std::vector<atom::ObjectId> revs;
    for (auto* job : jobs_in<Found>()) {
      const auto& root = job->as<Found>().root;
      if (root.set_directory || !job->item->overrides.empty()) continue;
      jobs.push_back(job);
      revs.push_back(root.published.rev);
    }
    if (jobs.empty()) co_return;
    const auto commits = co_await context_.cache->objects().commits(std::move(revs));
    std::vector<Job*> known;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!commits[i]) continue;
      jobs[i]->tried = evaluation_digest(context_, jobs[i]->as<Found>().root.published, commits[i]->tree);
      known.push_back(jobs[i]);
      keys.push_back(jobs[i]->tried);
    }
    const auto found = co_await recall(context_, std::move(keys));
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (found[i]) co_await complete_unread(*known[i], *found[i]);
    }
  }

  // Does nothing if the cached evaluation is of another version: reading the atom then explains what is wrong.
  coro::Task<> complete_unread(Job& job, const Recalled& evaluation) {
    const auto root = job.as<Found>().root;
    job.tried.clear();
    if (evaluation.version != root.published.version.str()) co_return;
    std::optional<atom::Lock> lock;
    if (evaluation.lock) {
      auto read = atom::Lock::parse(*evaluation.lock, "cached evaluation");
      if (!read) co_return;
      lock = *std::move(read);
    }
    const auto place = context_.remotes().came_from(root.found_at);
    std::optional<Error> failure;
    try {
      if (lock && place.is_local()) co_await check_consent(context_, *lock, place.path());
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) {
      fail(job, *std::move(failure));
    } else {
      auto archives = lock ? archives_of(*lock) : std::vector<atom::LockedDirect>{};
      complete(job, plan_of(root, evaluation.remotes, std::move(archives), evaluation, true));
    }
  }

  coro::Task<> read() {
    const std::vector<Job*> jobs = jobs_in<Found>();
    std::vector<FoundRoot> found;
    std::vector<Times*> timings;
    for (auto* job : jobs) {
      found.push_back(std::move(job->as<Found>().root));
      timings.push_back(job->times);
    }
    auto roots = co_await read_roots(context_, std::move(found), std::move(timings));
    // Reported before versions are chosen for others.
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!roots[i]) fail(*jobs[i], roots[i].error());
    }
    overrides_ = co_await Overrides::find(context_, request_.items);
    // In sequence: each root uses the answers to queries of earlier ones.
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (!roots[i]) continue;
      auto root = *std::move(roots[i]);
      co_await complete_root(*jobs[i], std::move(root));
    }
  }

  coro::Task<> complete_root(Job& job, Root root) {
    std::optional<Error> failure;
    try {
      job.overridden = co_await overrides_.complete(context_, *job.item, root, *job.times);
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) {
      fail(job, *std::move(failure));
    } else {
      job.state = Locked{std::move(root)};
    }
  }

  coro::Task<> recall_read() {
    std::vector<Job*> known;
    std::vector<std::string> keys;
    for (auto* job : jobs_in<Locked>()) {
      auto& locked = job->as<Locked>();
      set_key(locked);
      if (context_.settings.fresh_evaluation || !locked.key || *locked.key == job->tried) continue;
      known.push_back(job);
      keys.push_back(*locked.key);
    }
    const auto found = co_await recall(context_, std::move(keys));
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!found[i]) continue;
      const auto& root = known[i]->as<Locked>().root;
      complete(*known[i], plan_of(root, nullptr, *found[i], true));
    }
  }

  void set_key(Locked& locked) { locked.key = evaluation_digest(context_, locked.root.atom); }

  // For locks that do not pin everything. True if the job is complete.
  coro::Task<bool> recall_by_closure(Job& job) {
    if (context_.settings.fresh_evaluation) co_return false;
    const auto& fetched = job.as<Fetched>();
    std::vector<std::string> keys{fetched.key};
    const auto found = co_await recall(context_, std::move(keys));
    if (!found.front()) co_return false;
    complete(job, plan_of(fetched.root, &fetched.closure, *found.front(), true));
    co_return true;
  }

  void complete(Job& job, Plan plan) {
    plan.sandbox = context_.evaluator->identity().sandbox;  // part of the key
    job.state = Done{std::move(plan)};
    tell_answer(job);
    tell_stored(job);
  }

  coro::Task<> fetch_and_materialize(Job& job) {
    auto& locked = job.as<Locked>();
    const bool pinned = locked.key.has_value();
    {
      const Timed timed(context_, Stage::fetch_closure, job.item->typed, {job.times});
      auto closure = co_await fetch_closure(context_, locked.root.atom, locked.root.found_at);
      auto key = pinned ? *locked.key : evaluation_digest(context_, locked.root.atom, closure);
      if (closure.is_new && !locked.root.set_directory) job.fetched = revisions_of(closure);
      job.state = Fetched{std::move(locked.root), std::move(closure), std::move(key)};
    }
    if (!pinned) {
      const bool done = co_await recall_by_closure(job);
      if (done) co_return;
    }
    context_.cache->check_writable();  // evaluations write to it
    const Timed timed(context_, Stage::materialize, job.item->typed, {job.times});
    auto document = co_await materialize(context_, job.as<Fetched>().closure);
    job.state = Ready{std::move(job.as<Fetched>()), std::move(document)};
  }

  coro::Task<> fetch_and_evaluate(Job& job) {
    co_await fetch_and_materialize(job);
    if (!std::holds_alternative<Ready>(job.state)) co_return;
    std::optional<Timed> timed;
    Workers::Began began = [&](std::size_t) {
      if (!timed) timed.emplace(context_, Stage::evaluate, job.item->typed, std::vector<Times*>{job.times});
    };
    auto result = co_await workers_.alone(job.as<Ready>().document, std::move(began));
    timed.reset();
    evaluated(job, std::move(result));
  }

  // Reports the result, after what the user's code printed while it was evaluated: traces and warnings.
  void evaluated(Job& job, eval::Evaluated result) {
    if (!result.messages.empty()) context_.observer.note(result.messages);
    const auto& fetched = job.as<Ready>().fetched;
    auto evaluation = recalled(fetched.root, result.drv_path, result.outputs, result.meta);
    auto plan = plan_of(fetched.root, &fetched.closure, evaluation, false);
    plan.sandbox = context_.evaluator->identity().sandbox;
    job.state = Evaluated{std::move(plan), fetched.key, std::move(evaluation), std::move(result)};
    tell_answer(job);
  }

  // The jobs that share a context. Atoms of one set at one remote trust one another, since their publisher is the same;
  // with the same lock, they evaluate the same dependencies.
  std::vector<std::vector<Job*>> groups() {
    std::map<std::string, std::vector<Job*>> by_set_and_lock;
    for (auto* job : jobs_in<Ready>()) {
      const Root& root = job->as<Ready>().fetched.root;
      std::string key;
      if (context_.settings.share_context == atom::ShareContext::set) {
        key = root.published.set.hex() + " " + root.found_at.str() + "\n";
        if (root.atom.lock) key += root.atom.lock->text();
      }
      by_set_and_lock[std::move(key)].push_back(job);
    }
    std::vector<std::vector<Job*>> out;
    for (auto& [key, jobs] : by_set_and_lock) out.push_back(std::move(jobs));
    return out;
  }

  coro::Task<> evaluate_groups() {
    std::vector<coro::Task<>> tasks;
    for (auto& jobs : groups()) tasks.push_back(evaluate_together(std::move(jobs)));
    co_await coro::all(std::move(tasks));
  }

  // Evaluates the jobs in few processes.
  coro::Task<> evaluate_together(std::vector<Job*> jobs) {
    // The documents must outlive the states of the jobs.
    std::vector<Materialized> documents;
    for (auto* job : jobs) documents.push_back(std::move(job->as<Ready>().document));
    std::vector<const Materialized*> pointers;
    for (const auto& document : documents) pointers.push_back(&document);
    const auto started = context_.clock.now();
    std::vector<bool> began(jobs.size());
    Workers::Began begins = [&](std::size_t index) {
      if (!began[index]) context_.observer.began(Stage::evaluate, jobs[index]->item->typed);
      began[index] = true;
    };
    Workers::Answered answered = [&](std::size_t index, Result<eval::Evaluated> result) {
      if (began[index]) context_.observer.ended(Stage::evaluate, jobs[index]->item->typed);
      // The time until its own result: it is reported before the others are done.
      const std::chrono::duration<double, std::milli> spent = context_.clock.now() - started;
      (*jobs[index]->times)[Stage::evaluate] = spent.count();
      if (result) {
        evaluated(*jobs[index], *std::move(result));
      } else {
        fail(*jobs[index], std::move(result).error());
      }
    };
    co_await workers_.together(std::move(pointers), std::move(begins), std::move(answered));
  }

  void advise_sharing(std::size_t evaluated) {
    constexpr std::size_t many = 20;
    if (evaluated < many || context_.settings.share_context != atom::ShareContext::none) return;
    if (!context_.evaluator->keeps_roots_apart()) return;
    context_.observer.note(fmt::format(
        "{} atoms were evaluated in processes of their own; --share-context (-c) evaluates them faster in one process, "
        "if they may influence each other",
        evaluated));
  }

  coro::Task<> import() {
    std::vector<Job*> jobs = jobs_in<Evaluated>();
    std::erase_if(jobs, [this](Job* job) { return !context_.evaluator->is_complete(job->as<Evaluated>().result); });
    if (jobs.empty()) co_return;
    advise_sharing(jobs.size());
    if (const std::string detail = context_.evaluator->detail(); !detail.empty()) context_.observer.detail(detail);
    std::vector<Times*> timings;
    std::vector<eval::Evaluated> results;
    std::vector<std::string> drv_paths;
    for (auto* job : jobs) {
      timings.push_back(job->times);
      results.push_back(job->as<Evaluated>().result);
      drv_paths.push_back(job->as<Evaluated>().plan.drv_path);
    }
    {
      const Timed timed(context_, Stage::import, "derivations", std::move(timings));
      co_await keep(context_, std::move(drv_paths));
      co_await context_.evaluator->import_derivations(std::move(results));
    }
    std::vector<Shareable> shareable;
    for (auto* job : jobs) {
      auto& [plan, key, evaluation, result] = job->as<Evaluated>();
      // What was read from a build may differ after the next build, so it is not cached.
      if (!result.imported) {
        remember(context_, key, evaluation);
        shareable.push_back({key, std::move(evaluation)});
      }
      job->state = Done{std::move(plan)};
      tell_stored(*job);
    }
    co_await push_evaluations(context_, std::move(shareable));
  }

  PlanReport report() {
    PlanReport out;
    for (const auto& job : jobs_) out.plans.push_back(result(job));
    out.remotes = context_.remotes().costs();
    return out;
  }

  static Result<Plan> result(const Job& job) {
    if (const auto* error = std::get_if<Error>(&job.state)) return std::unexpected(*error);
    const auto* evaluated = std::get_if<Evaluated>(&job.state);
    Plan plan = evaluated != nullptr ? evaluated->plan : std::get<Done>(job.state).plan;
    plan.milliseconds = *job.times;
    plan.overridden = job.overridden;
    return plan;
  }

  Context& context_;
  PlanRequest request_;
  Workers workers_;
  Overrides overrides_;
  std::vector<Times> times_;  // of each job
  std::vector<Job> jobs_;
  bool all_evaluated_ = false;
  coro::TaskGroup* pause_ = nullptr;  // while import_in_batches() sleeps
  std::function<void()> stop_;        // with fail_fast: cancels all steps
  std::optional<Error> first_failure_;
};

}  // namespace

coro::Task<PlanReport> plan(Context& context, PlanRequest request) {
  Run run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
