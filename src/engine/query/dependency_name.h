// How users name a dependency of an atom: "label", or "set::label" if several sets have such an atom, with "@version"
// where a version can be given. A direct source has a name, but no set and no version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::engine {

struct DependencyName {
  std::optional<atom::Tag> set;
  atom::Label label;
  std::optional<atom::Version> version{};

  // Kind::usage.
  static Result<DependencyName> parse(std::string_view text);
  std::string str() const;
};

// A dependency in the lock of an atom.
struct LockedDependency {
  const atom::LockedAtom* atom = nullptr;  // nullptr: an own direct source with the name
};
// Nothing if the lock has none. Kind::usage if the name is ambiguous, or if a source is given a set or a version.
Result<std::optional<LockedDependency>> find_dependency(const atom::Lock& lock, const DependencyName& name);

// A dependency that a manifest names itself.
struct DeclaredDependency {
  std::optional<atom::Tag> set;  // nothing: a direct source
};
// Nothing if the manifest does not name it. Kind::usage if the name is ambiguous.
Result<std::optional<DeclaredDependency>> find_dependency(const atom::Manifest& manifest, const DependencyName& name);

// The names of all dependencies, for suggestions.
std::vector<std::string> dependency_names(const atom::Lock& lock);
std::vector<std::string> dependency_names(const atom::Manifest& manifest);

}  // namespace eka::engine
