// Writes locks of atoms of the working tree: for their manifests as they are, or together with a changed manifest.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/resolve/choose.h"
#include "engine/resolve/resolve.h"
#include "engine/resolve/working_atom.h"

namespace eka::engine {

// The atom that contains `place`. Throws Kind::usage if none does.
coro::Task<WorkingAtom> atom_at(Context& context, std::filesystem::path place);

// What happens with a lock that would change.
enum class OnChange {
  write,
  show,  // it is reported, and nothing is written
  fail,  // Kind::failure with the changes, and nothing is written
};

// Chooses versions for one atom after another: each uses the answers to queries of earlier ones, and the locks that
// they got. An atom that others of `atoms` need comes before these; the report has the order of `atoms`. `problem_of`
// returns what is to be solved for an atom, or nothing if it is left out. An atom that fails does not affect the
// others; `doing` says in its error what was tried, such as "resolving". `atoms` and `problem_of` must outlive the
// call.
using ProblemOf = std::function<std::optional<VersionProblem>(const WorkingAtom&)>;
coro::Task<ResolveReport> settle_each(Context& context, const std::vector<WorkingAtom>& atoms,
                                      const ProblemOf& problem_of, OnChange on_change, std::string doing);

// Chooses versions for `atom` with the manifest `text`, then writes both files; throws as choose_versions(), and then
// nothing was written. `atom` must outlive the call.
coro::Task<ResolvedAtom> settle(Context& context, const WorkingAtom& atom, std::string text);

}  // namespace eka::engine
