#include <algorithm>

#include "atom/lock/lock.h"
#include "atom/lock/written_lock.h"
#include "atom/names/atom_commit.h"
#include "tests/atom/fuzz.h"

using namespace eka::atom;
using eka::fuzz::require;

namespace {

void check(const Lock& lock) {
  for (const LockedAtom& atom : lock.atoms) {
    require(atom.id == AtomId(atom.set, atom.label), "an id is another's");
    require(lock.sets.contains(atom.set), "an atom is from nowhere");
    require(lock.find(atom.id) == &atom, "an id stands twice");
    require(atom.rev.has_value() || lock.sets.at(atom.set).local, "a rev is missing");
    for (const AtomId& id : atom.requires_) require(lock.find(id) != nullptr, "a dependency is missing");
  }
  require(!lock.composer.id || lock.find(*lock.composer.id) != nullptr, "the composer is missing");
  if (!std::ranges::all_of(lock.atoms, [](const auto& atom) { return atom.rev.has_value(); })) return;
  const std::string text = lock.text();
  const auto again = Lock::parse(text, "f");
  require(again.has_value(), "a lock does not read back");
  require(again->text() == text, "a lock is not written the same twice");
  const auto quick = read_written_lock(text);
  require(quick.has_value(), "a lock as it is written needs the reader of TOML");
  require(*quick == read_toml_lock(text, "f"), "the readers of locks differ");
}

void fuzz_lock(std::string_view bytes) {
  const auto lock = read_toml_lock(bytes, "f");
  if (const auto quick = read_written_lock(bytes)) {
    require(lock.has_value(), "one reader accepts what the other rejects");
    require(*quick == *lock, "the readers of locks differ");
  }
  if (lock) {
    check(*lock);
  } else {
    require(lock.error().kind() == eka::Kind::integrity && lock.error().message().starts_with("f:"),
            "an error does not say where");
  }
  if (const auto commit = AtomCommit::parse(bytes))
    require(commit->text() == bytes, "an atom commit is written two ways");
}

}  // namespace

EKA_FUZZ(fuzz_lock, "lock")
