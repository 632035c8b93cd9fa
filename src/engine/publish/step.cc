#include "engine/publish/step.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/publish/preview.h"
#include "engine/publish/review.h"
#include "engine/resolve/lock_changes.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/partial_clone.h"
#include "engine/workspace/set_remote.h"

namespace eka::engine {
namespace {

void check_genesis(const std::vector<git::Ref>& refs, const atom::Url& url, const atom::ObjectId& ours) {
  const auto theirs = genesis_among(refs);
  if (!theirs) {
    throw Error(Kind::remote, fmt::format("{} is not a package set yet: no ref {}", url.str(), atom::init_ref))
        .with_hint("initialize it with `eka init`");
  }
  if (*theirs != ours) throw another_set(url, *theirs, ours);
}

class Step {
 public:
  Step(Context& context, PublishRequest request, PublishStep& out)
      : context_(context), request_(std::move(request)), source_(out.source), url_(out.url), out_(out) {}

  coro::Task<> finish() {
    auto prefixes = SetAtRemote::prefixes(source_);
    auto refs = co_await ask_set_remote(context_, url_, std::move(prefixes));
    check_genesis(refs, url_, source_.genesis);
    there_ = SetAtRemote(std::move(refs));
    begin_report();
    co_await coro::offload(context_.pool, [this] { review_trees(); });
    check_all_pins();
    co_await preview();
    for (const auto* atom : candidates()) {
      if (request_.dry_run) at(*atom).outcome = PublishOutcome::would_publish;
    }
    if (!request_.dry_run) co_await push();
  }

 private:
  PublishedAtom& at(const SourceOfAtom& atom) { return out_.report.atoms[places_.at(atom.commit.label)]; }

  void reject(const SourceOfAtom& atom, PublishOutcome outcome, Error why) {
    auto& entry = at(atom);
    entry.outcome = outcome;
    entry.refusal = std::move(why);
  }

  void begin_report() {
    Needs needs;
    for (const auto& [label, atom] : source_.atoms) needs.emplace(label, atom.needs);
    for (const auto& label : in_dependency_order(needs)) {
      const auto& atom = source_.atoms.at(label);
      if (!atom.wanted) continue;
      places_.emplace(label, out_.report.atoms.size());
      out_.report.atoms.push_back({label, atom.commit.version, atom::AtomId(source_.genesis, label), atom.rev});
      compare(atom);
    }
  }

  void compare(const SourceOfAtom& atom) {
    const auto there = there_.revision(atom.commit.label, atom.commit.version);
    if (!there) return;
    if (there_.has(atom)) {
      at(atom).outcome = PublishOutcome::skipped;
      at(atom).rev = *there;
      return;
    }
    reject(atom, PublishOutcome::differs,
           Error(Kind::integrity, fmt::format("{} is already published with different content: raise the version in {}",
                                              atom.str(), atom.file(atom_file))));
  }

  // What is still to be published.
  std::vector<const SourceOfAtom*> candidates() {
    std::vector<const SourceOfAtom*> out;
    for (const auto& entry : out_.report.atoms) {
      if (entry.outcome == PublishOutcome::published) out.push_back(&source_.atoms.at(entry.label));
    }
    return out;
  }

  std::vector<git::PushedRef> refs_to_push() {
    std::vector<git::PushedRef> out;
    for (const auto* atom : candidates()) {
      for (auto& ref : there_.missing(*atom)) out.push_back(std::move(ref));
    }
    return out;
  }

  // A tree that clients could not fetch is not published; warnings about other trees are added to the report.
  void review_trees() {
    for (const auto* atom : candidates()) {
      auto review = review_tree(source_.objects, atom->commit.tree);
      for (const auto& warning : review.warnings) {
        out_.report.warnings.push_back(atom->commit.label.str() + ": " + warning);
      }
      if (!review.unfit) continue;
      reject(*atom, PublishOutcome::unfit,
             Error(Kind::usage, "the published atom could not be fetched: " + *review.unfit));
    }
  }

  void check_all_pins() {
    std::vector<const SourceOfAtom*> rejected;
    for (bool more = true; more;) {  // what is rejected will not be there for the others
      more = false;
      after_ = there_.with(refs_to_push());
      for (const auto* atom : candidates()) {
        auto problem = check_pins(source_, *atom, there_, after_);
        if (!problem) continue;
        reject(*atom, PublishOutcome::unresolved, std::move(problem->error));
        rejected.push_back(atom);
        more = true;
      }
    }
    for (const auto* atom : rejected) {  // the order to publish in follows from all of them
      auto problem = check_pins(source_, *atom, there_, after_);
      if (problem->can_resolve) out_.unresolved.emplace(atom->commit.label, problem->first);
      reject(*atom, PublishOutcome::unresolved, std::move(problem->error));
    }
  }

  // Until all that is left passes: what was rejected will not be there for the others either.
  coro::Task<> preview() {
    for (auto left = candidates(); !left.empty();) {
      co_await preview_once();
      const auto passed = candidates();
      const auto needs_rejected = [&](const SourceOfAtom* atom) {
        return atom->lock && std::ranges::any_of(atom->lock->atoms, [](const auto& locked) { return !locked.rev; });
      };
      const bool again = passed.size() < left.size() && std::ranges::any_of(passed, needs_rejected);
      left = again ? passed : std::vector<const SourceOfAtom*>();
    }
  }

  coro::Task<> preview_once() {
    const auto pending = candidates();
    const bool has_locks = std::ranges::any_of(pending, [](const auto* atom) { return atom->lock.has_value(); });
    if (!request_.check && !has_locks) co_return;
    auto preview = co_await Preview::open(context_, source_, url_, pending);
    for (const auto* atom : pending) {
      if (atom->lock && atom->lock->covers_closure()) co_await check_lock(*preview, atom);
    }
    if (request_.check) co_await check_plans(*preview);
  }

  coro::Task<> check_lock(Preview& preview, const SourceOfAtom* atom) {
    std::optional<Error> failure;
    std::optional<atom::Lock> now;
    try {
      now = co_await preview.resolve(atom);
    } catch (const Error& error) {
      failure = error;
    }
    const auto doing = fmt::format("checking {} against {}", atom->file(lock_file), atom->file(atom_file));
    if (failure) {
      const bool unknown = failure->kind() == Kind::remote || failure->kind() == Kind::offline;
      if (unknown && !request_.check) {
        out_.report.warnings.push_back(fmt::format("{}: {}", doing, failure->message()));
      } else {
        const auto first = not_at(after_, source_, atom->needs);
        Error error = std::move(*failure).within(doing);
        if (!unknown && !first.empty()) {
          reject(*atom, PublishOutcome::unresolved,
                 std::move(error).with_hint(how_to_resolve(source_, *atom, after_, first)));
        } else {
          reject(*atom, PublishOutcome::unresolved, std::move(error));
        }
        if (!unknown) out_.unresolved.emplace(atom->commit.label, not_at(there_, source_, atom->needs));
      }
    } else if (!decide_the_same(*atom->lock, *now)) {
      Error error(Kind::failure,
                  fmt::format("{} cannot be published: {} does not match {}:\n{}", atom->str(), atom->file(lock_file),
                              atom->file(atom_file), fmt::join(lock_changes(atom->lock, *now), "\n")));
      reject(*atom, PublishOutcome::unresolved, std::move(error).with_hint(how_to_resolve(source_, *atom, after_, {})));
      out_.unresolved.emplace(atom->commit.label, std::set<atom::Label>());
    }
  }

  coro::Task<> check_plans(Preview& preview) {
    const auto atoms = candidates();
    if (atoms.empty()) co_return;
    std::vector<std::optional<Error>> failures;
    std::optional<Error> all;
    try {
      failures = co_await preview.plan(atoms, out_.report.warnings);
    } catch (const Error& error) {
      all = error;
    }
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      auto failure = all ? all : failures[i];
      if (!failure) continue;
      reject(*atoms[i], PublishOutcome::unplannable,
             std::move(*failure).within("checking that others will be able to plan it (--no-check skips this)"));
    }
  }

  coro::Task<> push() {
    auto wanted = refs_to_push();
    for (const auto& entry : out_.report.atoms) {  // an earlier push may have been interrupted between refs
      if (entry.outcome != PublishOutcome::skipped) continue;
      const auto& atom = source_.atoms.at(entry.label);
      if (entry.rev != atom.rev) continue;  // published from another commit
      for (auto& ref : there_.missing(atom)) wanted.push_back(std::move(ref));
    }
    if (wanted.empty()) co_return;
    const auto outcomes = co_await context_.connector->push(source_.base, url_, wanted);
    for (auto& entry : out_.report.atoms) take_outcomes(entry, outcomes);
    take_words(outcomes);
    co_await check_listed();
  }

  // What the server said about refs that it accepted, unless a refusal has the same lines.
  void take_words(const std::vector<git::PushOutcome>& outcomes) {
    std::set<std::string> told;
    for (const auto& outcome : outcomes) {
      if (!outcome.accepted) told.insert(outcome.said.begin(), outcome.said.end());
    }
    for (const auto& outcome : outcomes) {
      for (const auto& line : outcome.said) {
        if (told.insert(line).second) out_.report.said.push_back(line);
      }
    }
  }

  void take_outcomes(PublishedAtom& entry, const std::vector<git::PushOutcome>& outcomes) {
    std::vector<std::string> accepted, refused;
    std::set<std::string> reasons;
    for (const auto& outcome : outcomes) {
      const bool own = outcome.ref == atom::atom_ref(entry.label, entry.version) ||
                       outcome.ref == atom::manifest_ref(entry.label, entry.version) ||
                       outcome.ref == atom::origin_ref(entry.label, entry.version);
      if (!own) continue;
      if (outcome.accepted) {
        accepted.push_back(outcome.ref);
        continue;
      }
      auto reason = outcome.reason;
      for (const auto& line : outcome.said) reason += "\nremote: " + line;
      reasons.insert(reason);
      refused.push_back(fmt::format("{}: {}", outcome.ref, reason));
    }
    if (refused.empty()) return;
    auto why = fmt::format("{}", fmt::join(refused, "\n"));
    if (reasons.size() == 1 && accepted.empty()) why = *reasons.begin();
    if (!accepted.empty()) why += fmt::format("\nthe remote has accepted {}", fmt::join(accepted, ", "));
    if (entry.outcome == PublishOutcome::skipped) {
      out_.report.warnings.push_back(fmt::format("{} {}: {}", entry.label.str(), entry.version.str(), why));
      return;
    }
    entry.outcome = PublishOutcome::refused;
    entry.refusal = Error(Kind::remote, std::move(why));
  }

  // A server may accept refs that it does not list.
  coro::Task<> check_listed() {
    std::optional<Error> failure;
    SetAtRemote now;
    auto prefixes = SetAtRemote::prefixes(source_);
    try {
      auto remote = context_.connector->open(url_);
      auto refs = co_await remote->ls_refs(std::move(prefixes));
      now = SetAtRemote(std::move(refs));
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) {
      out_.report.warnings.push_back("the refs that were pushed could not be listed: " + failure->message());
      co_return;
    }
    for (const auto& entry : out_.report.atoms) {
      if (entry.outcome != PublishOutcome::published) continue;
      if (now.missing(source_.atoms.at(entry.label)).empty()) continue;
      out_.report.warnings.push_back(
          fmt::format("{} {}: the remote accepted its refs but does not list them: others cannot find it",
                      entry.label.str(), entry.version.str()));
    }
  }

  Context& context_;
  PublishRequest request_;
  const PublishSource& source_;
  const atom::Url& url_;
  PublishStep& out_;
  SetAtRemote there_, after_;                  // now, and after the push of everything that passed the review
  std::map<atom::Label, std::size_t> places_;  // in the report
};

}  // namespace

coro::Task<PublishStep> publish_step(Context& context, PublishRequest request) {
  const auto genesis = co_await find_genesis(context, request.directory, request.revision, request.remote);
  std::vector<std::string> read{":(top,glob)**/atom.toml", ":(top,glob)**/atom.lock", ":(top,glob)**/ekala.toml"};
  co_await complete_files(context, request.directory, request.revision, std::move(read));
  auto source = co_await coro::offload(context.pool, [&] { return read_publish_source(request, genesis); });
  std::vector<std::string> trees;
  for (const auto& [label, atom] : source.atoms) {
    if (atom.wanted) trees.push_back(":(top,literal)" + atom.directory);
  }
  if (!trees.empty()) co_await complete_files(context, request.directory, source.commit.hex(), std::move(trees));
  auto url = remote_url(source.remote, source.base);
  PublishReport report{.remote = url.str(), .genesis = source.genesis, .source = source.commit};
  report.warnings = source.warnings;
  PublishStep out{.source = std::move(source), .url = std::move(url), .report = std::move(report)};
  Step step(context, std::move(request), out);
  co_await step.finish();
  co_return out;
}

}  // namespace eka::engine
