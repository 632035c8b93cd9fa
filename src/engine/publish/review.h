// A look at the tree of an atom before it is published, with the eyes of those who will fetch it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::engine {

struct Review {
  // Why no eka would take it: a submodule, a name that is refused everywhere, a limit. Then it is not published.
  std::optional<std::string> unfit;
  // What may surprise users: names that are one name where case or Unicode form does not count; LFS pointers, which
  // are published as the pointers they are.
  std::vector<std::string> warnings;
};

// Blocking: for the pool. `objects` is the object directory of the repository that holds the tree.
Review review_tree(const std::filesystem::path& objects, const atom::ObjectId& tree);

}  // namespace eka::engine
