// What differs between the inputs of two states of one atom.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/label.h"
#include "engine/closure/closure.h"

namespace eka::engine {

struct InputChange {
  enum class Kind { file, atom, source };
  Kind kind;
  std::string name;  // a path in the atom, a label, the name of a source that is not an atom
  // Of atoms the version, of sources a revision or hash, of files the id of the blob. Nothing: it is not there.
  std::optional<std::string> before{};
  std::optional<std::string> after{};
  std::string set{};  // of an atom: its tag; of a source: the label of the atom that has it, if that is another
};

// The atoms and sources that determine an evaluation, as far as the lock of an atom, or its closure, names them.
struct Inputs {
  struct Pinned {
    std::string shown;    // as in InputChange
    std::string exactly;  // equal if nothing differs
    std::string set;
  };
  std::map<std::string, Pinned> atoms;    // by set and label
  std::map<std::string, Pinned> sources;  // by owner and name
};

// From the lock, if it lists the closure; else from `closure`, which may be nullptr otherwise.
Inputs inputs_of(const ReadAtom& atom, const Closure* closure);

// Atoms before sources, each by name.
std::vector<InputChange> differences(const Inputs& before, const Inputs& after);

}  // namespace eka::engine
