// atom.lock: reads and writes format 0, reads format 1 (protocol.md §6).
//
// A lock determines what is fetched and from where, and is untrusted input: it is validated, and redundant fields must
// be consistent. URLs are stored as printed by Url::str(), hashes as SRI.
//
// Format 1 is converted to the same values: the composer's entry is added to `atoms`, all sources are `direct`, an
// atom's `mirror` is added to the mirrors of its set, hashes in Nix's base32 become SRI, and unknown keys are ignored,
// since another program writes it. In format 0 an unknown key is an error.
//
// Two more kinds of files, which other tools write, are read. Of November 2, 2025: format 1 without `locker`, with the
// composer in [compose.at.evaltime] or [compose.as]. And later ones, with the number 0, 1 or 2, which list the whole
// closure: the composer is the digest `compose.use` at the version `compose.at`, and `direct` is omitted where it is
// true (or, as in format 0, where it is false: then another atom of the lock has it).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "atom/names/atom_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

namespace eka::atom {

struct LockedSet {
  Tag tag;
  bool local = false;          // "::" is one of the mirrors
  std::vector<Url> mirrors{};  // written in this order
  friend bool operator==(const LockedSet&, const LockedSet&) = default;
};

struct LockedAtom {
  Label label;
  Version version;
  ObjectId set{};
  std::optional<ObjectId> rev{};  // absent only in foreign locks, for atoms of the local set
  AtomId id;                      // checked against set and label when read
  bool direct = false;
  std::vector<AtomId> requires_{};
  friend bool operator==(const LockedAtom&, const LockedAtom&) = default;
};

struct LockedGit {
  std::string name, url;
  ObjectId rev{};
  std::optional<Version> version{};
  friend bool operator==(const LockedGit&, const LockedGit&) = default;
};
struct LockedTar {
  std::string name, url, hash;
  friend bool operator==(const LockedTar&, const LockedTar&) = default;
};
struct LockedFile {
  std::string name, url, hash;
  friend bool operator==(const LockedFile&, const LockedFile&) = default;
};
struct LockedBuild {
  std::string name, url, hash;
  bool unpack = false;
  friend bool operator==(const LockedBuild&, const LockedBuild&) = default;
};
struct LockedDirect {
  std::variant<LockedGit, LockedTar, LockedFile, LockedBuild> source{};
  std::optional<AtomId> owner{};  // unset: the manifest's own
  const std::string& name() const;
  std::string_view type() const;  // "nix+git", "nix+tar", "nix", "nix+src"
  friend bool operator==(const LockedDirect&, const LockedDirect&) = default;
};

struct LockedComposer {
  enum class Use { atom, nix, static_ } use = Use::nix;
  std::optional<AtomId> id{};        // with atom
  std::optional<Version> version{};  // with atom
  std::string entry{};               // with atom and nix
  friend bool operator==(const LockedComposer&, const LockedComposer&) = default;
};

struct Lock {
  int format = 0;     // the number in the file
  bool whole = true;  // it lists the whole closure
  LockedComposer composer{};
  std::map<ObjectId, LockedSet> sets{};
  std::vector<LockedAtom> atoms{};  // sorted by set, then label; in format 1 including the composer's atom
  std::vector<LockedDirect> direct{};

  // Rejects duplicate keys, an id that does not match its set and label, a set that is not listed or has no mirror, two
  // versions of one id, two sources of one owner and name, `requires`, `owner` or a composer that is not an atom of the
  // lock, an entry outside its atom, a hash that is not SRI SHA-256, and files over 16 MiB. Kind::integrity, naming
  // file, line and key. A lock that text() wrote is read in one pass over its bytes (written_lock.h).
  static Result<Lock> parse(std::string_view text, std::string_view name);
  // Format 0, whichever was read; byte-for-byte deterministic, without passwords. Every atom must have its rev.
  std::string text() const;
  // Whether the lock lists every atom of the closure. Otherwise (format 1) it lists only the direct dependencies, and
  // the lock of each of them lists the next level.
  bool covers_closure() const { return whole; }
  // Sorts atoms and direct sources into file order.
  void sort();

  const LockedAtom* find(const AtomId& id) const;  // nullptr if absent
  friend bool operator==(const Lock&, const Lock&) = default;
};

}  // namespace eka::atom
