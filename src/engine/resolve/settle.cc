#include "engine/resolve/settle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/context/timed.h"
#include "engine/resolve/lock_changes.h"

namespace eka::engine {
namespace {

// `text` is that of the new lock.
ResolvedAtom resolved(const WorkingAtom& atom, atom::Lock lock, const std::string& text) {
  ResolvedAtom out{atom.manifest.label, atom.name, atom.lock_file(), std::move(lock), {}};
  if (atom.lock_text != text) out.changes = lock_changes(atom.lock, out.lock);
  return out;
}

coro::Task<ResolvedAtom> settle_one(Context* context, const WorkingAtom* atom, VersionProblem problem,
                                    OnChange on_change) {
  auto lock = co_await choose_versions(*context, std::move(problem));
  const auto text = lock.text();
  context->cache->uses().note_lock(atom->lock_file());
  auto out = resolved(*atom, std::move(lock), text);
  if (out.changes.empty() || on_change == OnChange::show) co_return out;
  if (on_change == OnChange::fail) {
    throw Error(Kind::failure, fmt::format("{} does not match its manifest:\n{}", out.lock_file.string(),
                                           fmt::join(out.changes, "\n")))
        .with_hint("run `eka resolve` without --locked to update it");
  }
  co_await coro::offload(context->pool, [&] { atom->replace(lock_file, text); });
  co_return out;
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
  ResolveReport report;
  for (const auto& atom : atoms) {
    auto problem = problem_of(atom);
    if (!problem) continue;
    report.names.push_back(atom.name);
    const Timed timed(context, Stage::resolve, atom.name, {});
    std::optional<Error> failure;
    try {
      report.atoms.push_back(co_await settle_one(&context, &atom, *std::move(problem), on_change));
    } catch (const Error& e) {
      failure = e;
    }
    if (failure)
      report.atoms.push_back(std::unexpected(std::move(*failure).within(fmt::format("{} {}", doing, atom.name))));
  }
  report.remotes = context.remotes().costs();
  co_return report;
}

coro::Task<ResolvedAtom> settle(Context& context, const WorkingAtom& atom, std::string text) {
  auto manifest = unwrap(atom::Manifest::parse(text, atom.manifest_file().string()));
  auto problem = atom.problem(std::move(manifest), false);
  auto lock = co_await choose_versions(context, std::move(problem));
  const auto lock_text = lock.text();
  // The lock first: if this process is killed in between, the lock does not match the manifest, which `eka resolve`
  // corrects, but it can be planned. A manifest ahead of its lock could not.
  co_await coro::offload(context.pool, [&] {
    atom.replace(lock_file, lock_text);
    atom.replace(atom_file, text);
  });
  context.cache->uses().note_lock(atom.lock_file());
  co_return resolved(atom, std::move(lock), lock_text);
}

}  // namespace eka::engine
