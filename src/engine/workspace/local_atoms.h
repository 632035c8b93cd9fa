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

#include "coro/task/single_flight.h"
#include "engine/context/context.h"
#include "engine/workspace/local_atom.h"

namespace eka::engine {

class LocalAtoms {
 public:
  // `context` must outlive it.
  explicit LocalAtoms(Context& context) : context_(context) {}

  // Like read_working_set().
  coro::Task<std::shared_ptr<const WorkingSet>> set(std::filesystem::path directory);
  // Like enter_local().
  coro::Task<LocalAtom> enter(std::filesystem::path directory, atom::Label label, atom::Requirement requirement);

 private:
  using SetPtr = std::shared_ptr<const WorkingSet>;
  using Place = std::pair<std::string, std::string>;  // root and label

  coro::Task<SetPtr> read(std::filesystem::path directory);
  coro::Task<atom::ObjectId> genesis(std::filesystem::path root);
  coro::Task<LocalAtom> enter_one(SetPtr set, atom::Label label);

  Context& context_;
  coro::SingleFlight<std::string, SetPtr> reading_;
  coro::SingleFlight<std::string, atom::ObjectId> finding_;
  coro::SingleFlight<Place, LocalAtom> entering_;
  std::map<std::string, SetPtr> sets_;  // by the directory that was named
  std::map<std::string, atom::ObjectId> geneses_;
  std::map<Place, LocalAtom> entered_;
};

}  // namespace eka::engine
