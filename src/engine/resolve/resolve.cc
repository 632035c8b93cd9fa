#include "engine/resolve/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "coro/run/pool.h"
#include "engine/context/timed.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/lock_changes.h"
#include "engine/resolve/working_atom.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

class ResolveRun {
 public:
  ResolveRun(Context& context, ResolveRequest request) : context_(context), request_(std::move(request)) {}

  // Resolves one atom after another: each uses the answers to queries of earlier ones.
  coro::Task<ResolveReport> finish() {
    const auto atoms = co_await find_working_atoms(context_, request_.directory, request_.atoms, request_.all);
    ResolveReport report;
    for (const auto& atom : atoms) {
      report.names.push_back(atom.name);
      const Timed timed(context_, Stage::resolve, atom.name, {});
      std::optional<Error> failure;
      try {
        report.atoms.push_back(co_await one(&atom));
      } catch (const Error& e) {
        failure = e;
      }
      if (failure) report.atoms.push_back(std::unexpected(std::move(*failure).within("resolving " + atom.name)));
    }
    report.remotes = context_.remotes().costs();
    co_return report;
  }

 private:
  coro::Task<ResolvedAtom> one(const WorkingAtom* atom) {
    auto problem = atom->problem(atom->manifest, request_.fresh);
    auto lock = co_await choose_versions(context_, std::move(problem));
    auto text = lock.text();
    context_.cache->uses().note_lock(atom->lock_file());
    ResolvedAtom out{atom->manifest.label, atom->name, atom->lock_file(), std::move(lock), {}};
    if (atom->lock_text == text) co_return out;
    out.changes = lock_changes(atom->lock, out.lock);
    if (request_.locked) {
      throw Error(Kind::failure, fmt::format("{} does not match its manifest:\n{}", out.lock_file.string(),
                                             fmt::join(out.changes, "\n")))
          .with_hint("run `eka resolve` without --locked to update it");
    }
    co_await coro::offload(context_.pool, [&] { atom->replace(lock_file, text); });
    co_return out;
  }

  Context& context_;
  ResolveRequest request_;
};

}  // namespace

coro::Task<ResolveReport> resolve(Context& context, ResolveRequest request) {
  ResolveRun run(context, std::move(request));
  co_return co_await run.finish();
}

}  // namespace eka::engine
