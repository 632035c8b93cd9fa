// atom.lock: format 0 read and written, format 1 read (protocol.md §6).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "atom/atom_id.h"
#include "atom/label.h"
#include "atom/nar_hash.h"
#include "atom/object_id.h"
#include "atom/url.h"
#include "atom/version.h"

namespace eka::atom {

struct LockedSet {
  Tag tag;
  bool local = false;  // "::" is among the mirrors
  std::vector<Url> mirrors;
};

struct LockedAtom {
  Label label;
  Version version;
  ObjectId set;
  std::optional<ObjectId> rev;  // absent only in format 1, for atoms of the local set
  AtomId id;                    // checked against set and label when read
  bool direct = false;
  std::vector<AtomId> requires_;
};

struct LockedGit {
  std::string name, url;
  ObjectId rev;
  std::optional<Version> version;
};
struct LockedTar {
  std::string name, url, hash;
};
struct LockedFile {
  std::string name, url, hash;
};
struct LockedBuild {
  std::string name, url, hash;
  bool unpack = false;
};
struct LockedDirect {
  std::variant<LockedGit, LockedTar, LockedFile, LockedBuild> source;
  std::optional<AtomId> owner;  // nothing: this manifest's own
  const std::string& name() const;
  std::string_view type() const;  // "nix+git", "nix+tar", "nix", "nix+src"
};

struct LockedComposer {
  enum class Use { atom, nix, static_ } use = Use::nix;
  std::optional<AtomId> id;        // with atom
  std::optional<Version> version;  // with atom
  std::string entry;               // with atom and nix
};

struct Lock {
  int format = 0;
  LockedComposer composer;
  std::map<ObjectId, LockedSet> sets;
  std::vector<LockedAtom> atoms;  // sorted by set, then label; in format 1 the composer's atom is among them
  std::vector<LockedDirect> direct;

  // Refuses (hostile.md 28): duplicate keys, an id that is not its set's and label's, a set that is not listed, two
  // versions of one id, `requires` of an unknown id, over 16 MiB. Kind::integrity, naming file, line and key.
  static Result<Lock> parse(std::string_view text, std::string_view name);
  // Format 0, deterministic to the byte.
  std::string text() const;

  const LockedAtom* find(const AtomId& id) const;
};

}  // namespace eka::atom
