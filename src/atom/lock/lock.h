// atom.lock: format 0 read and written, format 1 read (protocol.md §6).
//
// A lock decides what is fetched and from where, and it may come from a stranger: it is read with suspicion, and what
// it says twice must agree. URLs are held as Url::str() prints them, hashes as SRI.
//
// Format 1 becomes the same values: the composer's entry joins `atoms`, everything is `direct`, an atom's `mirror`
// joins the mirrors of its set, hashes in Nix's base32 become SRI, and keys that we do not know are passed over, since
// its writer is not ours. In format 0 an unknown key is an error.
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
  bool local = false;          // "::" is among the mirrors
  std::vector<Url> mirrors{};  // written in this order
};

struct LockedAtom {
  Label label;
  Version version;
  ObjectId set{};
  std::optional<ObjectId> rev{};  // absent only in format 1, for atoms of the local set
  AtomId id;                      // checked against set and label when read
  bool direct = false;
  std::vector<AtomId> requires_{};
};

struct LockedGit {
  std::string name, url;
  ObjectId rev{};
  std::optional<Version> version{};
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
  std::variant<LockedGit, LockedTar, LockedFile, LockedBuild> source{};
  std::optional<AtomId> owner{};  // nothing: this manifest's own
  const std::string& name() const;
  std::string_view type() const;  // "nix+git", "nix+tar", "nix", "nix+src"
};

struct LockedComposer {
  enum class Use { atom, nix, static_ } use = Use::nix;
  std::optional<AtomId> id{};        // with atom
  std::optional<Version> version{};  // with atom
  std::string entry{};               // with atom and nix
};

struct Lock {
  int format = 0;
  LockedComposer composer{};
  std::map<ObjectId, LockedSet> sets{};
  std::vector<LockedAtom> atoms{};  // sorted by set, then label; in format 1 the composer's atom is among them
  std::vector<LockedDirect> direct{};

  // Refuses duplicate keys, an id that is not its set's and label's, a set that is not listed or has no mirror, two
  // versions of one id, two sources of one owner and name, `requires`, `owner` or a composer that is no atom of the
  // lock, an entry that leaves its atom, a hash that is not SRI SHA-256, over 16 MiB. Kind::integrity, naming file,
  // line and key.
  static Result<Lock> parse(std::string_view text, std::string_view name);
  // Format 0, whatever was read; deterministic to the byte, and without passwords. Every atom must have its rev.
  std::string text() const;
  // Whether the lock names every atom of the closure. Otherwise (format 1) it names the direct dependencies only, and
  // the lock of each of them names the next level.
  bool covers_closure() const { return format != 1; }
  // Puts atoms and direct sources into the order of the file.
  void sort();

  const LockedAtom* find(const AtomId& id) const;  // nullptr when it is not there
};

}  // namespace eka::atom
