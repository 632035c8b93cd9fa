#include "engine/workspace/local_atoms.h"

namespace eka::engine {
namespace {

std::string key_of_set(const std::filesystem::path& directory, const std::optional<atom::ObjectId>& commit) {
  return directory.string() + "\n" + (commit ? commit->hex() : "");
}

}  // namespace

coro::Task<std::shared_ptr<const WorkingSet>> LocalAtoms::set(SetPlace place) {
  const auto key = key_of_set(place.directory, place.commit);
  if (const auto known = sets_.find(key); known != sets_.end()) co_return known->second;
  auto reading = read(std::move(place));
  auto set = co_await reading_.run(key, std::move(reading));
  sets_.emplace(key, set);
  co_return set;
}

coro::Task<LocalAtoms::SetPtr> LocalAtoms::read(SetPlace place) {
  auto set = co_await coro::offload(context_.pool, [&] { return read_working_set(place); });
  co_return std::make_shared<const WorkingSet>(std::move(set));
}

coro::Task<atom::ObjectId> LocalAtoms::genesis(SetPtr set) {
  const auto key = key_of_set(set->root, set->commit);
  if (const auto known = geneses_.find(key); known != geneses_.end()) co_return known->second;
  const auto found = co_await finding_.run(key, find_one(std::move(set)));
  geneses_.emplace(key, found);
  co_return found;
}

coro::Task<atom::ObjectId> LocalAtoms::find_one(SetPtr set) {
  co_return co_await genesis_of(context_, *set);
}

coro::Task<LocalAtom> LocalAtoms::enter(SetPlace place, atom::Label label, atom::Requirement requirement) {
  const auto of = co_await set(std::move(place));
  const auto atom = of->packages.atoms.find(label);
  if (atom == of->packages.atoms.end() || !requirement.matches(atom->second.manifest.version)) {
    // Explains what is wrong.
    const auto from = co_await genesis(of);
    co_return co_await enter_local(context_, *of, from, std::move(label), std::move(requirement));
  }
  const Name name(key_of_set(of->root, of->commit), label.str());
  if (const auto known = entered_.find(name); known != entered_.end()) co_return known->second;
  auto entered = co_await entering_.run(name, enter_one(of, std::move(label)));
  entered_.emplace(name, entered);
  co_return entered;
}

coro::Task<LocalAtom> LocalAtoms::enter_one(SetPtr set, atom::Label label) {
  const auto from = co_await genesis(set);
  const auto permit = co_await at_once_.acquire();
  const auto version = set->packages.atoms.at(label).manifest.version;
  auto exactly = unwrap(atom::Requirement::parse("=" + version.str()));
  co_return co_await enter_local(context_, *set, from, std::move(label), std::move(exactly));
}

}  // namespace eka::engine
