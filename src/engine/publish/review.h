// Checks the tree of an atom before it is published, like the clients that will fetch it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::engine {

struct Review {
  // Why every eka would reject it: a submodule, a name that is rejected everywhere, a limit. Then it is not published.
  std::optional<std::string> unfit;
  // What may surprise users: names that are equal if case or Unicode normalization is ignored; LFS pointers, which are
  // published as pointers.
  std::vector<std::string> warnings;
};

// Blocks; call it on the pool. `objects` is the object directory of the repository that contains the tree.
Review review_tree(const std::filesystem::path& objects, const atom::ObjectId& tree);

}  // namespace eka::engine
