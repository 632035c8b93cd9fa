// The atom commit: a pure function of its source (protocol.md §3).
#pragma once

#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::atom {

struct AtomCommit {
  ObjectId tree;
  ObjectId origin;
  Label label;
  Version version;

  // The content of the commit object; its id is ObjectId::of("commit", text()).
  std::string text() const;
  // Kind::integrity if `text` differs from text() of the fields parsed from it.
  static Result<AtomCommit> parse(std::string_view text);
};

// refs/eka/atoms/<label>/<version> and related refs.
std::string atom_ref(const Label& label, const Version& version);
std::string atom_ref_prefix(const Label& label);  // with the final slash
std::string meta_ref_prefix(const Label& label);  // of the refs below, for all versions
std::string manifest_ref(const Label& label, const Version& version);
std::string origin_ref(const Label& label, const Version& version);
std::string yanked_ref(const Label& label, const Version& version);
inline constexpr std::string_view init_ref = "refs/ekala/init";

}  // namespace eka::atom
