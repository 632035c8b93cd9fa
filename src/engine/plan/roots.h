// Finds and reads the atoms that a user named: the first steps of every command that takes URIs.
//
//   locate   select the version for each URI         one ref query per remote
//   fetch    fetch them                              one request per remote
//   read     read their manifests and locks
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/closure/closure.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/fetch/fetcher.h"
#include "engine/resolve/choose.h"

namespace eka::engine {

struct Wanted {
  std::string typed;  // as the user typed it, redacted
  atom::AtomUri uri;
  // If the atom is in a working tree: it is used in its current state, and the URI's remote is not queried.
  std::optional<std::filesystem::path> working_tree;
  // Where some of its dependencies are taken from instead (overrides.h): for plans, builds and dependency graphs.
  std::vector<Wanted> overrides{};
  std::optional<atom::ObjectId> commit{};  // with working_tree: as the atom is in this commit of its repository
  // Of what a pattern selected (select/): located before, or why nothing could be selected. Then `uri` is not located
  // again.
  std::optional<Result<Published>> located{};
};

// An atom in the cache that has not been read.
struct FoundRoot {
  Published published;
  atom::Url found_at;  // its remote, or the repository of its working tree: the meaning of "::"
  // For an atom of a working tree: the directory of its set, and where that set is published.
  std::optional<std::filesystem::path> set_directory{};
  std::optional<atom::Url> origin{};
  std::optional<atom::ObjectId> commit{};  // as in Wanted
};

struct Root : FoundRoot {
  ReadAtom atom;
};

// Called with the index of a root that cannot be found, as soon as that is known: other roots may still be pending.
using RootFailed = std::function<void(std::size_t index, const Error& error)>;

// Whether roots that are located are fetched, too.
enum class Roots { located, fetched };

// One result for each of `wanted`, in order; failures are independent. Adds to `times`, one for each of `wanted`. All
// arguments must outlive the call. Throws Cancelled only.
coro::Task<std::vector<Result<FoundRoot>>> locate_roots(Context& context, const std::vector<Wanted>& wanted,
                                                        std::vector<Times>& times, RootFailed failed = nullptr,
                                                        Roots until = Roots::fetched);
// One result for each of `found`, in order. Adds to `times`, one for each of `found`.
coro::Task<std::vector<Result<Root>>> read_roots(Context& context, std::vector<FoundRoot> found,
                                                 std::vector<Times*> times);
// Both.
coro::Task<std::vector<Result<Root>>> find_roots(Context& context, const std::vector<Wanted>& wanted,
                                                 std::vector<Times>& times);

// Chooses versions, for this run, for every root with dependencies but no lock in its tree. If a root of a working tree
// is locked to a former state of other atoms there, their current state is used. Runs in sequence: each root uses the
// answers to queries of earlier ones.
coro::Task<> complete_locks(Context& context, const std::vector<Wanted>& wanted, std::vector<Result<Root>>& roots,
                            std::vector<Times>& times);
// The same for one, with overrides: versions are chosen anew if there are any. Throws.
coro::Task<> complete_lock(Context& context, const std::string& typed, Root& root, Times& times,
                           const std::vector<const Replacement*>& overrides = {});

}  // namespace eka::engine
