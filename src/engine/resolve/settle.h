// Writes a changed manifest of an atom of the working tree, with the lock that follows from it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/resolve/working_atom.h"

namespace eka::engine {

// The atom that contains `place`. Throws Kind::usage if none does.
coro::Task<WorkingAtom> atom_at(Context& context, std::filesystem::path place);

// Chooses versions for `atom` with the manifest `text`, then writes both files; throws as choose_versions(), and then
// nothing was written. Returns the changes of the lock, for users. `atom` must outlive the call.
coro::Task<std::vector<std::string>> settle(Context& context, const WorkingAtom* atom, std::string text);

}  // namespace eka::engine
