#include "engine/resolve/settle.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/context/timed.h"
#include "engine/resolve/lock_changes.h"
#include "engine/workspace/needs.h"

namespace eka::engine {
namespace {

// `text` is that of the new lock.
ResolvedAtom resolved(const WorkingAtom& atom, ChosenVersions chosen, const std::string& text) {
  ResolvedAtom out{.label = atom.manifest.label,
                   .name = atom.name,
                   .lock_file = atom.lock_file(),
                   .lock = std::move(chosen.lock),
                   .changes = {},
                   .left_out = std::move(chosen.left_out)};
  if (atom.lock_text != text) out.changes = lock_changes(atom.lock, out.lock);
  return out;
}

coro::Task<ResolvedAtom> settle_one(Context* context, const WorkingAtom* atom, VersionProblem problem,
                                    OnChange on_change) {
  auto chosen = co_await choose_versions(*context, std::move(problem));
  const auto text = chosen.lock.text();
  context->cache->uses().note_lock(atom->lock_file());
  auto out = resolved(*atom, std::move(chosen), text);
  if (out.changes.empty() || on_change == OnChange::show) co_return out;
  if (on_change == OnChange::fail) {
    throw Error(Kind::failure, fmt::format("{} does not match its manifest:\n{}", out.lock_file.string(),
                                           fmt::join(out.changes, "\n")))
        .with_hint("run `eka resolve` without --locked to update it");
  }
  co_await coro::offload(context->pool, [&] { atom->replace(lock_file, text); });
  co_return out;
}

// The indices of `atoms`, each after those of the atoms that it needs: a lock names the trees of the atoms in the
// working tree, and these trees contain locks.
std::vector<std::size_t> needed_first(const std::vector<WorkingAtom>& atoms) {
  Needs needs;
  std::map<atom::Label, std::size_t> places;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const auto& atom = atoms[i];
    needs.emplace(atom.manifest.label, needs_of(atom.manifest, atom.lock, atom.set.genesis));
    places.emplace(atom.manifest.label, i);
  }
  std::vector<std::size_t> out;
  for (const auto& label : in_dependency_order(needs)) out.push_back(places.at(label));
  return out;
}

}  // namespace

coro::Task<WorkingAtom> atom_at(Context& context, std::filesystem::path place) {
  co_await coro::offload(context.pool, [&] { label_at(place); });
  std::vector<std::string> names;
  auto atoms = co_await find_working_atoms(context, std::move(place), std::move(names), false);
  co_return std::move(atoms.front());
}

coro::Task<ResolveReport> settle_each(Context& context, const std::vector<WorkingAtom>& atoms,
                                      const ProblemOf& problem_of, OnChange on_change, std::string doing) {
  std::vector<std::optional<Result<ResolvedAtom>>> results(atoms.size());
  for (const auto index : needed_first(atoms)) {
    const auto& atom = atoms[index];
    auto problem = problem_of(atom);
    if (!problem) continue;
    const Timed timed(context, Stage::resolve, atom.name, {});
    std::optional<Error> failure;
    try {
      auto settled = co_await settle_one(&context, &atom, *std::move(problem), on_change);
      results[index] = std::move(settled);
    } catch (const Error& e) {
      failure = e;
    }
    if (failure) results[index] = std::unexpected(std::move(*failure).within(fmt::format("{} {}", doing, atom.name)));
  }
  ResolveReport report;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (!results[i]) continue;
    report.names.push_back(atoms[i].name);
    report.atoms.push_back(*std::move(results[i]));
  }
  report.remotes = context.remotes().costs();
  co_return report;
}

coro::Task<ResolvedAtom> settle(Context& context, const WorkingAtom& atom, std::string text) {
  auto manifest = unwrap(atom::Manifest::parse(text, atom.manifest_file().string()));
  auto problem = atom.problem(std::move(manifest), false);
  auto chosen = co_await choose_versions(context, std::move(problem));
  const auto lock_text = chosen.lock.text();
  // The lock first: if this process is killed in between, the lock does not match the manifest, which `eka resolve`
  // corrects, but it can be planned. A manifest ahead of its lock could not.
  co_await coro::offload(context.pool, [&] {
    atom.replace(lock_file, lock_text);
    atom.replace(atom_file, text);
  });
  context.cache->uses().note_lock(atom.lock_file());
  co_return resolved(atom, std::move(chosen), lock_text);
}

}  // namespace eka::engine
