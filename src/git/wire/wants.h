// What to request from a server that does not serve every object by id: refs, with more history.
//
// A server always serves the targets of its refs. A want that is the target of a ref is therefore requested by its id.
// For any other, the target of the ref that is known to contain it is requested, with its whole history. If no such ref
// is known, the targets of all branches are.
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
  std::vector<atom::ObjectId> ids;  // sorted, without duplicates
  bool whole_history = false;
};

// Whether wants_among() needs `ref` in its list.
bool matters_to_wants(const Ref& ref, std::span<const atom::ObjectId> wants, std::span<const KnownRef> known);
// The prefixes with which to list the refs for wants_among().
std::vector<std::string> prefixes_for_wants(std::span<const atom::ObjectId> wants, std::span<const KnownRef> known);

// An error for a want that no ref leads to.
Result<Wants> wants_among(std::span<const Ref> refs, std::span<const atom::ObjectId> wants,
                          std::span<const KnownRef> known);

}  // namespace eka::git
