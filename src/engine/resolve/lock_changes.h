// The differences between two locks, for users. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"

namespace eka::engine {

// What an atom or a source is pinned to in both locks.
struct LockChange {
  std::string type;   // "atom", or that of a direct source: "nix+git", …
  std::string name;   // the label, or the name of the source
  std::string owner;  // of an atom: its set; of a source: the atom that declares it, empty for the lock's own
  // Nothing: it is not in that lock.
  std::optional<std::string> before{}, after{};

  // "~ auth of 0123456789ab 1.0.0 (…) -> 1.1.0 (…)", with "+" for what is new and "-" for what is gone.
  std::string text() const;
};

// By type and name; first what is gone or changed, then what is new.
std::vector<LockChange> compare_locks(const atom::Lock& before, const atom::Lock& now);

// The same as lines, for locks that are not equal: where they have the same pins, a line says what else differs.
std::vector<std::string> lock_changes(const std::optional<atom::Lock>& before, const atom::Lock& now);

}  // namespace eka::engine
