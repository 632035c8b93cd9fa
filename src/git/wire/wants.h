// What to ask of a server that does not give every object by its id: by ref, then deeper.
//
// A server always gives what its refs point at. So a want that is the tip of some ref is asked for as it is; for any
// other the tip of the ref that is said to hold it is, with its whole history, of which the want should be part.
// Without a word about where it is, that is every branch.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "base/error.h"
#include "git/wire/fetch_options.h"
#include "git/wire/ref.h"

namespace eka::git {

struct Wants {
  std::vector<atom::ObjectId> ids;  // sorted, none twice
  bool whole_history = false;
};

// Whether a list of refs needs to hold `ref` for wants_among().
bool matters_to_wants(const Ref& ref, std::span<const atom::ObjectId> wants, std::span<const KnownRef> known);
// The prefixes to list for that.
std::vector<std::string> prefixes_for_wants(std::span<const atom::ObjectId> wants, std::span<const KnownRef> known);

// An error for a want that no ref leads to.
Result<Wants> wants_among(std::span<const Ref> refs, std::span<const atom::ObjectId> wants,
                          std::span<const KnownRef> known);

}  // namespace eka::git
