// Attributes of a git source that change what `git archive`, and with it builtins.fetchGit, makes of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"

namespace eka::engine {

// What to tell the user if the file .gitattributes at the root of this commit sets export-ignore or export-subst, which
// eka does not apply. nullopt if it does not, or if that cannot be determined at little cost: nothing is requested if
// the source is in the cache, otherwise only a few objects, and none from a server that would send everything.
coro::Task<std::optional<std::string>> archive_attributes(Context& context, Remotes& remotes, atom::Url url,
                                                          atom::ObjectId rev);

// The attributes for archives that a .gitattributes sets: "export-ignore", "export-subst", both with " and " between
// them, or "".
std::string archive_attributes_in(std::string_view text);

}  // namespace eka::engine
