#include "engine/workspace/local_atoms.h"

#include "engine/workspace/genesis.h"

namespace eka::engine {

coro::Task<std::shared_ptr<const WorkingSet>> LocalAtoms::set(std::filesystem::path directory) {
  const auto key = directory.string();
  if (const auto known = sets_.find(key); known != sets_.end()) co_return known->second;
  auto set = co_await reading_.run(key, read(std::move(directory)));
  sets_.emplace(key, set);
  co_return set;
}

coro::Task<LocalAtoms::SetPtr> LocalAtoms::read(std::filesystem::path directory) {
  auto set = co_await coro::offload(context_.pool, [&] { return read_working_set(directory); });
  co_return std::make_shared<const WorkingSet>(std::move(set));
}

coro::Task<atom::ObjectId> LocalAtoms::genesis(std::filesystem::path root) {
  const auto key = root.string();
  if (const auto known = geneses_.find(key); known != geneses_.end()) co_return known->second;
  const auto found = co_await finding_.run(key, find_genesis(context_, std::move(root)));
  geneses_.emplace(key, found);
  co_return found;
}

coro::Task<LocalAtom> LocalAtoms::enter(std::filesystem::path directory, atom::Label label,
                                        atom::Requirement requirement) {
  const auto of = co_await set(std::move(directory));
  const auto known_as = of->packages.atoms.find(label);
  if (known_as == of->packages.atoms.end() || !requirement.matches(known_as->second.manifest.version)) {
    // Explains what is wrong.
    const auto from = co_await genesis(of->root);
    co_return co_await enter_local(context_, *of, from, std::move(label), std::move(requirement));
  }
  const Place place(of->root.string(), label.str());
  if (const auto known = entered_.find(place); known != entered_.end()) co_return known->second;
  auto entered = co_await entering_.run(place, enter_one(of, std::move(label)));
  entered_.emplace(place, entered);
  co_return entered;
}

coro::Task<LocalAtom> LocalAtoms::enter_one(SetPtr set, atom::Label label) {
  const auto from = co_await genesis(set->root);
  const auto version = set->packages.atoms.at(label).manifest.version;
  auto exactly = unwrap(atom::Requirement::parse("=" + version.str()));
  co_return co_await enter_local(context_, *set, from, std::move(label), std::move(exactly));
}

}  // namespace eka::engine
