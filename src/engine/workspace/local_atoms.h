// The atoms of working trees in one run that does not change them: each set is read once, and each atom is added to the
// cache once, however many others depend on it. So all atoms of a run see one state of a working tree.
//
// Used on the reactor. Failures are not kept.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "coro/task/limiter.h"
#include "coro/task/single_flight.h"
#include "engine/context/context.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {

class LocalAtoms {
 public:
  // `context` must outlive it.
  explicit LocalAtoms(Context& context) : context_(context), at_once_(most_at_once) {}

  // Like read_working_set().
  coro::Task<std::shared_ptr<const WorkingSet>> set(SetPlace place);
  // Like enter_local().
  coro::Task<LocalAtom> enter(SetPlace place, atom::Label label, atom::Requirement requirement);

 private:
  static constexpr std::size_t most_at_once = 16;

  using SetPtr = std::shared_ptr<const WorkingSet>;
  using Name = std::pair<std::string, std::string>;  // key of the set, and label

  coro::Task<SetPtr> read(SetPlace place);
  coro::Task<atom::ObjectId> genesis(SetPtr set);
  coro::Task<atom::ObjectId> find_one(SetPtr set);
  coro::Task<LocalAtom> enter_one(SetPtr set, atom::Label label);

  Context& context_;
  coro::Limiter at_once_;  // the files of so many atoms are in memory
  coro::SingleFlight<std::string, SetPtr> reading_;
  coro::SingleFlight<std::string, atom::ObjectId> finding_;
  coro::SingleFlight<Name, LocalAtom> entering_;
  std::map<std::string, SetPtr> sets_;  // by the place that was named
  std::map<std::string, atom::ObjectId> geneses_;
  std::map<Name, LocalAtom> entered_;
};

}  // namespace eka::engine
