#include "engine/publish/publish.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/publish/lock_commit.h"
#include "engine/publish/step.h"

namespace eka::engine {
namespace {

// Publishes step by step: an atom whose lock pins what is not published yet follows in a later step, from the commit of
// its new lock.
class Steps {
 public:
  Steps(Context& context, PublishRequest request) : context_(context), request_(std::move(request)) {}

  coro::Task<PublishReport> finish() {
    auto step = co_await publish_step(context_, request_);
    report_ = step.report;
    uncommitted_ = step.source.uncommitted;
    if (request_.resolve && !step.unresolved.empty()) co_await resolve_rest(std::move(step));
    note_nothing();
    co_return std::move(report_);
  }

 private:
  coro::Task<> resolve_rest(PublishStep step) {
    const auto obstacle = co_await coro::offload(context_.pool, [&] { return cannot_commit(step.source); });
    if (obstacle) {
      for (const auto& [label, first] : step.unresolved) refuse(label, *obstacle);
      co_return;
    }
    while (!step.unresolved.empty()) {
      auto ready = ready_in(step);
      if (ready.empty()) co_return;
      if (request_.dry_run) {
        for (const auto& label : ready) entry(label).outcome = PublishOutcome::would_resolve;
        for (const auto& label : ready) entry(label).refusal.reset();
        co_return;
      }
      const bool committed = co_await commit(&step, ready);
      if (!committed) co_return;
      auto rest = request_;
      rest.all = false;
      rest.packages.clear();
      for (const auto& [label, first] : step.unresolved) rest.packages.push_back("::" + label.str());
      step = co_await publish_step(context_, std::move(rest));
      merge(step.report);
    }
  }

  // The unresolved atoms of which everything that must be published first is published, or will be in a dry run.
  std::vector<atom::Label> ready_in(const PublishStep& step) {
    std::set<atom::Label> there;
    for (const auto& atom : report_.atoms) {
      if (atom.outcome == PublishOutcome::published || atom.outcome == PublishOutcome::skipped ||
          atom.outcome == PublishOutcome::would_publish) {
        there.insert(atom.label);
      }
    }
    std::vector<atom::Label> out;
    for (bool grown = true; grown;) {
      grown = false;
      for (const auto& [label, first] : step.unresolved) {
        if (std::ranges::find(out, label) != out.end() || !std::ranges::includes(there, first)) continue;
        out.push_back(label);
        grown = request_.dry_run && there.insert(label).second;
      }
    }
    return out;
  }

  // False if there is no new commit. The atoms then keep, or get, the reason why they are not published.
  coro::Task<bool> commit(const PublishStep* step, std::vector<atom::Label> labels) {
    LockCommit result;
    try {
      result = co_await commit_locks(context_, *step, labels);
    } catch (const Error& error) {
      for (const auto& label : labels) result.failures.emplace(label, error);
    }
    for (const auto& [label, failure] : result.failures) refuse(label, failure);
    if (result.commit) report_.commits.push_back(*result.commit);
    co_return result.commit.has_value();
  }

  PublishedAtom& entry(const atom::Label& label) {
    return *std::ranges::find(report_.atoms, label, &PublishedAtom::label);
  }

  void refuse(const atom::Label& label, const Error& why) {
    entry(label).outcome = PublishOutcome::unresolved;
    entry(label).refusal = why;
  }

  void merge(const PublishReport& later) {
    report_.source = later.source;
    for (const auto& atom : later.atoms) entry(atom.label) = atom;
    const auto add = [](std::vector<std::string>& all, const std::vector<std::string>& more) {
      for (const auto& each : more) {
        if (std::ranges::find(all, each) == all.end()) all.push_back(each);
      }
    };
    add(report_.warnings, later.warnings);
    add(report_.said, later.said);
  }

  // The user expects that what is in the working tree was published.
  void note_nothing() {
    const auto in_vain = [](const PublishedAtom& atom) { return atom.outcome == PublishOutcome::skipped; };
    if (uncommitted_.empty() || !std::ranges::all_of(report_.atoms, in_vain)) return;
    report_.failure =
        Error(Kind::failure, fmt::format("nothing was published: {} {} not in commit {}", fmt::join(uncommitted_, ", "),
                                         uncommitted_.size() == 1 ? "is" : "are", report_.source.hex().substr(0, 12)))
            .with_hint("commit the changes, and run `eka publish` again");
  }

  Context& context_;
  PublishRequest request_;
  PublishReport report_;
  std::vector<std::string> uncommitted_;
};

}  // namespace

coro::Task<PublishReport> publish(Context& context, PublishRequest request) {
  Steps steps(context, std::move(request));
  co_return co_await steps.finish();
}

}  // namespace eka::engine
