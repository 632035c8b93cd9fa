// Strict parser of atom.toml and ekala.toml (protocol.md §4, §5).
//
// Parsing checks everything that can be checked within one file: keys, names, versions, URLs, paths that stay inside, a
// single composer (a missing one is left to check_composer()), that sets are declared, that a static atom has no
// dependencies, and that every {set.label} in a direct URL names a dependency. Checks across files (duplicate labels in
// a set) are left to the caller.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/toml/position.h"
#include "atom/version/version.h"

namespace eka::atom {

// The source of the atoms of a set: mirrors of one set, or (empty) the set that contains the manifest's own atom.
struct SetSource {
  bool local = false;  // "::" is one of the mirrors
  std::vector<Url> mirrors{};
  Position where{};
};

struct Dependency {
  Requirement requirement{};
  Position where{};
};

struct WithAtom {  // [compose.with.<label>]
  Label label;
  Tag from;
  Requirement requirement{};
  std::string entry = ".";
  Position where{};
};
struct AsNix {  // [compose.as] nix = "…"
  std::string entry{};
};
struct AsStatic {  // [compose.as] static = "…"
  std::string entry{};
};
// There is no [compose]: the manifest is older than November 2025, or it is of a program that evaluates locks
// ([locker]). Such an atom can be read and verified, but it has no value.
struct NoComposer {
  std::string why{};  // with file, line and column
  std::string hint{};
};
using Composer = std::variant<WithAtom, AsNix, AsStatic, NoComposer>;

// Direct sources.
struct GitSource {
  std::string url{};                            // may contain {set.label}, like every direct URL
  std::variant<std::string, Requirement> at{};  // a ref ("HEAD" by default), or a requirement on tags
};
struct TarSource {
  std::string url{};
};
struct FileSource {
  std::string url{};
};
struct BuildSource {
  std::string url{};
  bool unpack = false;
};
struct DirectSource {
  std::variant<GitSource, TarSource, FileSource, BuildSource> fetch{};
  Position where{};
};

struct Manifest {
  Label label;
  Version version;
  std::optional<std::string> description{};
  std::vector<Tag> tags{};
  std::map<Tag, SetSource> sets{};
  Composer composer = AsNix{"."};
  std::map<Tag, std::map<Label, Dependency>> dependencies{};
  std::map<std::string, DirectSource> direct{};

  // `name` is the file name for messages. Kind::usage, with file, line, column and the nearest known key.
  static Result<Manifest> parse(std::string_view text, std::string_view name);
  // Kind::usage if it has no composer: then the atom cannot be resolved, planned or published.
  Result<void> check_composer() const;
  bool has_dependencies() const;  // on atoms, including the composer, or on direct sources
};

// The version of `label` in the set named `set`, for fill_placeholders().
using VersionOf = std::function<Result<Version>(const Tag& set, const Label& label)>;

// `url` of a direct source, with each {set.label} replaced by the version that `version_of` returns.
Result<std::string> fill_placeholders(std::string_view url, const VersionOf& version_of);

struct SetManifest {
  std::vector<std::string> packages{};  // directories relative to the file, "/" separated, normalized; "." is the root
  std::vector<Tag> tags{};

  static Result<SetManifest> parse(std::string_view text, std::string_view name);
};

}  // namespace eka::atom
