// A ref as listed by a remote, and git's rules for ref names (git-check-ref-format).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::git {

struct Ref {
  std::string name;  // full name, checked against git's rules for ref names
  atom::ObjectId id;
  std::optional<atom::ObjectId> peeled;      // the target of an annotated tag
  std::optional<std::string> symref_target;  // for a symbolic ref
};

inline constexpr std::size_t longest_ref_name = 4096;

// True for "HEAD" and for well-formed names of limited length under "refs/". Such a name contains no control
// characters, and none of its components is "." or "..".
bool is_ref_name(std::string_view name);

// The full names that a short one ("main", "v1.2") may mean, in git's order: as given, refs/<n>, refs/tags/<n>,
// refs/heads/<n>, refs/remotes/<n>, refs/remotes/<n>/HEAD. Without those that are not valid ref names.
std::vector<std::string> full_names(std::string_view short_name);

// The ref that `short_name` means among `refs`; nullptr if there is none.
const Ref* find_ref(const std::vector<Ref>& refs, std::string_view short_name);

}  // namespace eka::git
