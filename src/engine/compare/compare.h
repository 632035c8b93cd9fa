// What a change of a set does: its atoms in two commits, compared by what determines their evaluation.
//
//   read       the set and its atoms as they are in each commit; nothing is checked out
//   compare    the digests of everything that determines each evaluation (plan/evaluation_key.h)
//   plan       both states of atoms whose digests differ, and added atoms; no others
//   count      derivations whose outputs the other state does not have
//
// Atoms are planned as in a checkout of the commit: an atom that its lock pins to a state of the set's working tree is
// used as it is in the same commit.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/compare/inputs.h"
#include "engine/plan.h"

namespace eka::engine {

struct CompareRequest {
  std::filesystem::path directory;  // in the set
  std::string base;                 // revisions, as git names them
  std::string head = "HEAD";
};

struct AtomChange {
  enum class Kind { added, removed, changed, unchanged };

  // An atom in one of the commits.
  struct State {
    atom::Version version;               // of its manifest
    std::optional<Result<Plan>> plan{};  // if it was planned, or could not be read
  };
  // Counted by their outputs: a derivation that differs, but whose outputs have the same paths, is not built again.
  struct Builds {
    std::size_t added = 0;  // derivations of the new state that the old one does not have: to be built
    std::size_t all = 0;    // derivations of the new state
  };

  atom::Label label;
  Kind kind = Kind::unchanged;
  std::optional<State> before{};
  std::optional<State> after{};
  std::vector<InputChange> inputs{};  // of changed atoms
  std::optional<Builds> builds{};     // of added and changed atoms, if their states could be planned
};

struct CompareReport {
  atom::ObjectId base, head;      // commits
  std::vector<AtomChange> atoms;  // by label
  std::size_t builds = 0;         // different derivations to be built for all of them
  std::vector<RemoteCost> remotes;
};

// Throws Kind::usage: no such revision, not a set there, an invalid manifest; otherwise as plan().
coro::Task<CompareReport> compare(Context& context, CompareRequest request);

}  // namespace eka::engine
