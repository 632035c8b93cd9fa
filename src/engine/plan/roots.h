// The atoms that a person named, found and read: the first steps of every command that takes URIs.
//
//   locate       which version does each URI mean?             one ref query per remote
//   fetch root   fetch them, read their manifests and locks     one request per remote
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/fetch/closure.h"
#include "engine/fetch/fetcher.h"
#include "engine/resolve/choose.h"

namespace eka::engine {

struct Wanted {
  std::string typed;  // as the person wrote it, redacted
  atom::AtomUri uri;
  // Where the atom lies in a working tree: taken as it lies there, and the URI's own place is not asked.
  std::optional<std::filesystem::path> working_tree;
};

struct Root {
  ReadAtom atom;
  atom::Url found_at;  // its remote, or the repository that its working tree belongs to: what "::" means to it
  // Of one in a working tree: the directory of its set, and where that set is published.
  std::optional<std::filesystem::path> set_directory{};
  std::optional<atom::Url> origin{};
};

// Called with the index of a root that cannot be found, as soon as that is known: others may still be waited for.
using RootFailed = std::function<void(std::size_t index, const Error& error)>;

// One result for each of `wanted`, in their order; failures are independent. `times`, as many, are added to; they and
// everything else must outlive the call. Throws Cancelled only.
coro::Task<std::vector<Result<Root>>> find_roots(Context& context, const std::vector<Wanted>& wanted,
                                                 std::vector<Times>& times, RootFailed failed = nullptr);

// Gives a lock to every root that depends on something and has none in its tree: versions are chosen for this run. And
// where a root of a working tree is locked to atoms as they lay there once, it is given them as they lie there now. One
// after another: each finds what the others have asked.
coro::Task<> complete_locks(Context& context, const std::vector<Wanted>& wanted, std::vector<Result<Root>>& roots,
                            std::vector<Times>& times);

}  // namespace eka::engine
