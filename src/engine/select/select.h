// From what a user named to the list of atoms: whole sets and patterns become atoms, by label.
//
//   a working tree   the atoms that its ekala.toml lists
//   a remote         the newest version of each label (or the newest that satisfies), with one ref query per remote,
//                    which locates the other atoms that are named there, too; offline, what the cache knows
//
// The list depends only on the sets and on what was named, so machines that share the work (--shard) have the same.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "atom/names/uri.h"
#include "engine/context/context.h"
#include "engine/plan/roots.h"

namespace eka::engine {

// Several atoms of one set.
struct Several {
  std::string typed;  // as the user typed it, redacted
  atom::AtomPattern pattern;
  std::optional<std::filesystem::path> working_tree;  // as in Wanted
};

struct Selection {
  std::vector<std::variant<Wanted, Several>> items;
  std::set<atom::Tag> tags;  // of what `Several` name, only atoms that have one of them; empty: all
};

// In the order of the items, those of one pattern by label. An atom that is also named alone, or by an earlier pattern,
// is not repeated. A pattern that selects nothing becomes one item with the error (Kind::unsatisfiable, remote,
// offline, usage). Throws Cancelled only.
coro::Task<std::vector<Wanted>> select(Context& context, Selection selection);

}  // namespace eka::engine
