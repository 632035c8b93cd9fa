#include "engine/resolve/settle.h"

#include "coro/run/pool.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/lock_changes.h"

namespace eka::engine {

coro::Task<WorkingAtom> atom_at(Context& context, std::filesystem::path place) {
  co_await coro::offload(context.pool, [&] { label_at(place); });
  std::vector<std::string> names;
  auto atoms = co_await find_working_atoms(context, std::move(place), std::move(names), false);
  co_return std::move(atoms.front());
}

coro::Task<std::vector<std::string>> settle(Context& context, const WorkingAtom* atom, std::string text) {
  auto manifest = unwrap(atom::Manifest::parse(text, atom->manifest_file().string()));
  auto problem = atom->problem(std::move(manifest), false);
  const auto lock = co_await choose_versions(context, std::move(problem));
  const auto lock_text = lock.text();
  // The lock first: if this process is killed in between, the lock does not match the manifest, which `eka resolve`
  // corrects, but it can be planned. A manifest ahead of its lock could not.
  co_await coro::offload(context.pool, [&] {
    atom->replace(lock_file, lock_text);
    atom->replace(atom_file, text);
  });
  context.cache->uses().note_lock(atom->lock_file());
  if (atom->lock_text == lock_text) co_return std::vector<std::string>{};
  co_return lock_changes(atom->lock, lock);
}

}  // namespace eka::engine
