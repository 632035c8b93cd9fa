// The whole story, from names to derivations:
//
//   locate       which version does each URI mean?             one ref query per remote
//   read roots   bring the planned atoms, read their locks      one request per remote
//   recall       is the answer remembered?                      then nothing more is fetched
//   bring        everything their closures need                 one request per remote, all at once
//   lay out      trees on disk, store paths, the document
//   evaluate     sealed, several at once, or all in one
//   admit        what came out enters the real store            once per run: from here on it is final
//
// Each planned atom is a Journey through these steps; one that fails stands aside and the others go on. Within `bring`
// to `evaluate` every journey goes at its own pace.
#include "engine/plan.h"

#include <algorithm>
#include <chrono>

#include "coro/limiter.h"
#include "coro/task_group.h"
#include "engine/closure.h"
#include "engine/fetcher.h"
#include "engine/layout.h"
#include "engine/local_atom.h"
#include "engine/locate.h"
#include "engine/recall.h"
#include "engine/remotes.h"

namespace eka::engine {
namespace {

struct Journey {
  const PlanRequest::Item* item = nullptr;
  std::optional<Error> failure;

  std::optional<Published> located;
  std::optional<ReadAtom> root;
  std::optional<std::string> digest;
  std::optional<Recalled> recalled;
  std::optional<Closure> closure;
  std::optional<LaidOut> laid_out;
  std::optional<eval::Evaluated> evaluated;
  std::map<Stage, double> milliseconds;

  std::optional<atom::Url> found_at;  // its remote, or the repository that its working tree belongs to

  const atom::Url& url() const { return *found_at; }
};

class Run {
 public:
  Run(Parts& parts, PlanRequest request)
      : parts_(parts),
        request_(std::move(request)),
        remotes_(parts),
        fetcher_(parts, remotes_),
        turns_(parts.settings.jobs) {
    for (const auto& item : request_.items) journeys_.emplace_back().item = &item;
  }

  coro::Task<PlanReport> finish() {
    co_await find_nix_and_roots();
    co_await each(&Run::read_root);
    co_await each(&Run::recall_evaluation);
    if (parts_.settings.share_context) {
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
    parts_.observer.planned(index, result(journey));
  }

  coro::Task<> find_nix_and_roots() {
    std::vector<coro::Task<>> tasks;
    tasks.push_back(parts_.need_evaluator());
    tasks.push_back(locate_roots());
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> locate_roots() {
    std::map<atom::Url, std::vector<Journey*>> by_remote;
    for (auto& journey : journeys_) {
      if (journey.item->working_tree) continue;
      journey.found_at = journey.item->uri.set;
      by_remote[journey.url()].push_back(&journey);
    }
    std::vector<coro::Task<>> tasks;
    for (auto& [url, journeys] : by_remote) tasks.push_back(locate_at(url, journeys));
    tasks.push_back(each(&Run::enter_working_tree));
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> enter_working_tree(Journey& journey) {
    if (!journey.item->working_tree) co_return;
    const Timed timed(*this, Stage::locate, journey.item->typed, {&journey});
    const auto& uri = journey.item->uri;
    const auto requirement = uri.requirement.value_or(atom::Requirement{});
    auto local = co_await enter_local(parts_, *journey.item->working_tree, uri.label, requirement);
    journey.located = std::move(local.published);
    journey.found_at = std::move(local.repository);
  }

  coro::Task<> locate_at(atom::Url url, std::vector<Journey*> journeys) {
    const Timed timed(*this, Stage::locate, url.str(), journeys);
    std::vector<atom::AtomUri> uris;
    for (const auto* journey : journeys) uris.push_back(journey->item->uri);
    std::optional<Error> failed;
    try {
      auto found = co_await locate(parts_, remotes_, url, std::move(uris));
      for (std::size_t i = 0; i < journeys.size(); ++i) {
        if (found[i]) {
          journeys[i]->located = *std::move(found[i]);
        } else {
          fail_journey(*journeys[i], std::move(found[i]).error());
        }
      }
    } catch (const Error& e) {
      failed = e;
    }
    if (!failed) co_return;
    for (auto* journey : journeys) fail_journey(*journey, *failed);
  }

  coro::Task<> read_root(Journey& journey) {
    const Timed timed(*this, Stage::fetch_root, journey.item->typed, {&journey});
    std::vector<Published> wanted{*journey.located};
    Mirrors mirrors{{journey.located->set, {journey.url()}}};
    co_await fetcher_.bring(std::move(wanted), std::move(mirrors));
    journey.root = co_await read_atom(parts_, *journey.located);
  }

  coro::Task<> recall_evaluation(Journey& journey) {
    journey.digest = evaluation_digest(parts_, *journey.root);
    if (!journey.digest || parts_.settings.fresh_evaluation) co_return;
    journey.recalled = co_await recall(parts_, *journey.digest);
    if (journey.recalled) tell_answer(journey);
  }

  coro::Task<> bring_and_lay_out(Journey& journey) {
    {
      const Timed timed(*this, Stage::fetch_closure, journey.item->typed, {&journey});
      journey.closure = co_await bring_closure(parts_, remotes_, fetcher_, *journey.root, journey.url());
    }
    const Timed timed(*this, Stage::lay_out, journey.item->typed, {&journey});
    journey.laid_out = co_await lay_out(parts_, *journey.closure);
  }

  coro::Task<> bring_and_evaluate(Journey& journey) {
    co_await bring_and_lay_out(journey);
    co_await evaluate_alone(journey);
  }

  coro::Task<> evaluate_alone(Journey& journey) {
    {
      const auto turn = co_await turns_.acquire();
      const Timed timed(*this, Stage::evaluate, journey.item->typed, {&journey});
      auto evaluation = join(parts_.settings, {&*journey.laid_out});
      auto results = co_await parts_.evaluator().evaluate(std::move(evaluation));
      tell(results.front().messages);
      journey.evaluated = std::move(results.front());
    }
    tell_answer(journey);
  }

  // What the user's code said while it was evaluated: traces and warnings.
  void tell(const std::string& messages) {
    if (!messages.empty()) parts_.observer.note(messages);
  }

  // One process for all. One bad atom fails the whole evaluation: then each is evaluated alone, so that the others
  // have their answer and the bad one its own error.
  coro::Task<> evaluate_together() {
    std::vector<Journey*> going;
    std::vector<const LaidOut*> closures;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      going.push_back(&journey);
      closures.push_back(&*journey.laid_out);
    }
    if (going.empty()) co_return;
    bool together = true;
    try {
      const Timed timed(*this, Stage::evaluate, "all atoms together", going);
      auto evaluation = join(parts_.settings, closures);
      auto results = co_await parts_.evaluator().evaluate(std::move(evaluation));
      tell(results.front().messages);
      for (std::size_t i = 0; i < going.size(); ++i) going[i]->evaluated = std::move(results[i]);
    } catch (const Error&) {
      together = false;
    }
    if (!together) {
      co_await each(&Run::evaluate_alone);
      co_return;
    }
    for (const auto* journey : going) tell_answer(*journey);
  }

  coro::Task<> admit() {
    std::vector<Journey*> going;
    std::vector<eval::Evaluated> results;
    for (auto& journey : journeys_) {
      if (!underway(journey)) continue;
      going.push_back(&journey);
      results.push_back(*journey.evaluated);
    }
    if (going.empty()) co_return;
    {
      const Timed timed(*this, Stage::admit, "derivations", going);
      co_await parts_.evaluator().admit(std::move(results));
    }
    for (const auto* journey : going) {
      if (journey->digest) {
        remember(parts_, *journey->digest, {journey->evaluated->drv_path, journey->evaluated->outputs});
      }
    }
  }

  PlanReport report() {
    PlanReport out;
    for (const auto& journey : journeys_) out.plans.push_back(result(journey));
    out.remotes = remotes_.costs();
    return out;
  }

  static Result<Plan> result(const Journey& journey) {
    if (journey.failure) return std::unexpected(*journey.failure);
    const auto& published = *journey.located;
    Plan plan{.label = published.label,
              .version = published.version,
              .id = atom::AtomId(published.set, published.label),
              .rev = published.rev,
              .drv_path = journey.recalled ? journey.recalled->drv_path : journey.evaluated->drv_path,
              .outputs = journey.recalled ? journey.recalled->outputs : journey.evaluated->outputs,
              .remembered = journey.recalled.has_value(),
              .remotes = {journey.url().str()},
              .milliseconds = journey.milliseconds};
    if (journey.root->lock) {
      for (const auto& [set, locked] : journey.root->lock->sets) {
        for (const auto& url : locked.mirrors) plan.remotes.push_back(url.str());
      }
    }
    std::ranges::sort(plan.remotes);
    plan.remotes.erase(std::ranges::unique(plan.remotes).begin(), plan.remotes.end());
    return plan;
  }

  // Tells the observer of a stage, and books its wall time on the journeys it serves.
  class Timed {
   public:
    Timed(Run& run, Stage stage, std::string what, std::vector<Journey*> journeys)
        : run_(run), stage_(stage), what_(std::move(what)), journeys_(std::move(journeys)) {
      run_.parts_.observer.began(stage_, what_);
    }
    ~Timed() {
      const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - started_;
      for (auto* journey : journeys_) journey->milliseconds[stage_] += spent.count();
      run_.parts_.observer.ended(stage_, what_);
    }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    Run& run_;
    Stage stage_;
    std::string what_;
    std::vector<Journey*> journeys_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  };

  Parts& parts_;
  PlanRequest request_;
  Remotes remotes_;
  Fetcher fetcher_;
  coro::Limiter turns_;  // evaluations at once
  std::vector<Journey> journeys_;
};

}  // namespace

coro::Task<PlanReport> plan(Parts& parts, PlanRequest request) {
  Run run(parts, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
