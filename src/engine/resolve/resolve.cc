#include "engine/resolve/resolve.h"

#include "engine/resolve/settle.h"

namespace eka::engine {

coro::Task<ResolveReport> resolve(Context& context, ResolveRequest request) {
  const auto atoms = co_await find_working_atoms(context, request.directory, request.atoms, request.all);
  const ProblemOf problem_of = [&](const WorkingAtom& atom) { return atom.problem(atom.manifest, request.fresh); };
  co_return co_await settle_each(context, atoms, problem_of, request.locked ? OnChange::fail : OnChange::write,
                                 "resolving");
}

}  // namespace eka::engine
