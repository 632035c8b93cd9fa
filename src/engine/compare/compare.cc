#include "engine/compare/compare.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "coro/task/task_group.h"
#include "engine/compare/derivations.h"
#include "engine/plan/recall.h"
#include "engine/plan/roots.h"
#include "engine/workspace/local_atoms.h"
#include "engine/workspace/partial_clone.h"
#include "engine/workspace/set_in_commit.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

// An atom in one commit.
struct Side {
  Wanted wanted;
  atom::Version version;
  std::string directory;  // in the commit
  std::optional<Result<Root>> root{};
  std::optional<Closure> closure{};  // if the lock alone does not determine the evaluation
  std::string digest{};              // of everything that does
};

struct Pair {
  std::optional<Side> before, after;
};

// The commit, and the files of its set if the clone is partial.
coro::Task<atom::ObjectId> find_commit(Context* context, std::filesystem::path directory, std::string revision) {
  const auto commit = co_await coro::offload(
      context->pool, [&] { return git::SourceRepository::discover(directory).commit(revision); });
  std::vector<std::string> everything{"."};
  co_await complete_files(*context, std::move(directory), commit.hex(), std::move(everything));
  co_return commit;
}

// The paths that differ between two trees. A lock file is not listed: what it pins is.
std::vector<InputChange> files_that_differ(const git::SourceRepository& repository, const atom::ObjectId& before,
                                           const atom::ObjectId& after) {
  std::map<std::string, InputChange> changes;
  const auto id = [](const git::SourceFile& file) { return fmt::format("{:o} {}", file.mode, file.id.hex()); };
  const auto add = [&](const git::SourceFile& file) -> InputChange& {
    return changes.try_emplace(file.path, InputChange{.kind = InputChange::Kind::file, .name = file.path})
        .first->second;
  };
  for (const auto& file : repository.files_of_tree(before)) add(file).before = id(file);
  for (const auto& file : repository.files_of_tree(after)) add(file).after = id(file);
  std::vector<InputChange> out;
  for (auto& [path, change] : changes) {
    if (change.before == change.after || path == lock_file) continue;
    for (auto* text : {&change.before, &change.after}) {
      if (*text) *text = (*text)->substr((*text)->find(' ') + 1);
    }
    out.push_back(std::move(change));
  }
  return out;
}

class ComparisonRun {
 public:
  ComparisonRun(Context& context, CompareRequest request) : context_(context), request_(std::move(request)) {}

  coro::Task<CompareReport> finish() {
    co_await context_.evaluator->prepare();
    for (const std::string& note : context_.evaluator->notes()) context_.observer.note(note);
    report_.base = co_await find_commit(&context_, request_.directory, request_.base);
    report_.head = co_await find_commit(&context_, request_.directory, request_.head);
    co_await list(report_.base, request_.base, &Pair::before);
    co_await list(report_.head, request_.head, &Pair::after);
    co_await read();
    for (const auto& [label, pair] : pairs_) report_.atoms.push_back(judge(label, pair));
    co_await plan_changed();
    co_await compare_inputs();
    co_await count_builds();
    report_.remotes = context_.remotes().costs();
    co_return std::move(report_);
  }

 private:
  using Kind = AtomChange::Kind;

  coro::Task<> list(atom::ObjectId commit, std::string revision, std::optional<Side> Pair::* side) {
    SetPlace place(request_.directory, commit);
    const auto set = co_await context_.local_atoms().set(std::move(place));
    for (const auto& [label, atom] : set->packages.atoms) {
      Wanted wanted{.typed = fmt::format("::{} of {}", label.str(), revision),
                    .uri = {std::nullopt, label, std::nullopt},
                    .working_tree = request_.directory,
                    .commit = commit};
      (pairs_[label].*side).emplace(Side{std::move(wanted), atom.manifest.version, set->prefix + atom.directory});
    }
    for (const auto& warning : set->packages.warnings) context_.observer.detail(revision + ": " + warning);
  }

  std::vector<Side*> sides() {
    std::vector<Side*> out;
    for (auto& [label, pair] : pairs_) {
      if (pair.before) out.push_back(&*pair.before);
      if (pair.after) out.push_back(&*pair.after);
    }
    return out;
  }

  // The roots of all atoms in both commits, and their digests.
  coro::Task<> read() {
    const auto all = sides();
    std::vector<Wanted> items;
    for (const auto* side : all) items.push_back(side->wanted);
    std::vector<Times> times(items.size());
    auto roots = co_await find_roots(context_, items, times);
    co_await complete_locks(context_, items, roots, times);
    std::vector<coro::Task<>> tasks;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i]->root = std::move(roots[i]);
      if (*all[i]->root) tasks.push_back(find_digest(all[i]));
    }
    co_await coro::all(std::move(tasks));
  }

  coro::Task<> find_digest(Side* side) {
    const Root& root = **side->root;
    if (auto digest = evaluation_digest(context_, root.atom)) {
      side->digest = *std::move(digest);
      co_return;
    }
    std::optional<Error> failure;
    try {
      auto closure = co_await fetch_closure(context_, root.atom, root.found_at);
      side->digest = evaluation_digest(context_, root.atom, closure);
      side->closure = std::move(closure);
    } catch (const Error& error) {
      failure = error;
    }
    if (failure) side->root = std::unexpected(*std::move(failure));
  }

  static std::optional<AtomChange::State> state_of(const std::optional<Side>& side) {
    if (!side) return std::nullopt;
    AtomChange::State out{.version = side->version};
    if (!*side->root) out.plan = std::unexpected(Error(side->root->error()).within("reading " + side->wanted.typed));
    return out;
  }

  static AtomChange judge(const atom::Label& label, const Pair& pair) {
    AtomChange out{.label = label, .before = state_of(pair.before), .after = state_of(pair.after)};
    if (!pair.before) {
      out.kind = Kind::added;
    } else if (!pair.after) {
      out.kind = Kind::removed;
    } else if (out.before->plan || out.after->plan || pair.before->digest != pair.after->digest) {
      out.kind = Kind::changed;
    }
    return out;
  }

  // Both states of changed atoms, and added ones.
  coro::Task<> plan_changed() {
    PlanRequest request;
    std::vector<AtomChange::State*> states;
    const auto add = [&](const std::optional<Side>& side, std::optional<AtomChange::State>& state) {
      if (!side || state->plan) return;
      request.items.push_back(side->wanted);
      states.push_back(&*state);
    };
    for (auto& change : report_.atoms) {
      const auto& pair = pairs_.at(change.label);
      if (change.kind == Kind::changed) add(pair.before, change.before);
      if (change.kind == Kind::changed || change.kind == Kind::added) add(pair.after, change.after);
    }
    if (states.empty()) co_return;
    const auto planned = co_await plan(context_, std::move(request));
    for (std::size_t i = 0; i < states.size(); ++i) states[i]->plan = planned.plans[i];
  }

  coro::Task<> compare_inputs() {
    co_await coro::offload(context_.pool, [this] {
      const auto repository = git::SourceRepository::discover(request_.directory);
      for (auto& change : report_.atoms) {
        const auto& [before, after] = pairs_.at(change.label);
        if (change.kind != Kind::changed || !*before->root || !*after->root) continue;
        const auto& old = (*before->root)->atom;
        const auto& now = (*after->root)->atom;
        change.inputs = files_that_differ(repository, tree_in_commit(repository, report_.base, before->directory),
                                          tree_in_commit(repository, report_.head, after->directory));
        const auto inputs = [](const ReadAtom& atom, const Side& side) {
          return inputs_of(atom, side.closure ? &*side.closure : nullptr);
        };
        std::ranges::move(differences(inputs(old, *before), inputs(now, *after)), std::back_inserter(change.inputs));
      }
    });
  }

  static const std::string* derivation_of(const std::optional<AtomChange::State>& state) {
    return state && state->plan && *state->plan ? &(*state->plan)->drv_path : nullptr;
  }

  coro::Task<> count_builds() {
    std::vector<std::string> paths;
    for (const auto& change : report_.atoms) {
      for (const auto* state : {&change.before, &change.after}) {
        if (const auto* path = derivation_of(*state)) paths.push_back(*path);
      }
    }
    DerivationGraph graph;
    co_await graph.read(context_, std::move(paths));
    co_await coro::offload(context_.pool, [&] { count_builds(graph); });
  }

  void count_builds(const DerivationGraph& graph) {
    std::set<std::string> known;  // outputs of all that is in the base state
    for (const auto& change : report_.atoms) {
      if (const auto* path = derivation_of(change.before)) known.merge(graph.outputs(graph.closure(*path)));
    }
    std::set<std::string> all;
    for (auto& change : report_.atoms) {
      const auto* before = derivation_of(change.before);
      const auto* after = derivation_of(change.after);
      if (after == nullptr || (before == nullptr && change.kind == Kind::changed)) continue;
      const auto closure = graph.closure(*after);
      const auto old = before == nullptr ? known : graph.outputs(graph.closure(*before));
      change.builds = AtomChange::Builds{.added = graph.others(closure, old).size(), .all = closure.size()};
      all.merge(graph.others(closure, known));
    }
    report_.builds = all.size();
  }

  Context& context_;
  CompareRequest request_;
  CompareReport report_;
  std::map<atom::Label, Pair> pairs_;
};

}  // namespace

coro::Task<CompareReport> compare(Context& context, CompareRequest request) {
  ComparisonRun comparison(context, std::move(request));
  co_return co_await comparison.finish();
}

}  // namespace eka::engine
