// A ref as a remote lists it, and git's rules for the names of refs (git-check-ref-format).
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
  std::optional<atom::ObjectId> peeled;      // what an annotated tag points at
  std::optional<std::string> symref_target;  // for a symbolic ref
};

inline constexpr std::size_t longest_ref_name = 4096;

// True for "HEAD" and for well-formed names under "refs/" of a sane length. Such a name holds no control characters,
// and no component of it can be "." or "..".
bool is_ref_name(std::string_view name);

// The full names that a short one ("main", "v1.2") may stand for, in git's own order: as given, refs/<n>,
// refs/tags/<n>, refs/heads/<n>, refs/remotes/<n>, refs/remotes/<n>/HEAD. Empty for what no ref can be called.
std::vector<std::string> full_names(std::string_view short_name);

// The ref that `short_name` stands for among `refs`; nullptr when there is none.
const Ref* find_ref(const std::vector<Ref>& refs, std::string_view short_name);

}  // namespace eka::git
