// atom.toml and ekala.toml, strictly read (protocol.md §4, §5).
//
// Reading checks everything that one file can say about itself: keys, names, versions, URLs, paths that stay inside, a
// single composer, sets that are declared, a static atom without dependencies, and that every {set.label} in a direct
// URL names a dependency. What needs other files (duplicate labels in a set) is the caller's.
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

// Where the atoms of a set come from: mirrors of one set, or (nothing) the set that the manifest's own atom lives in.
struct SetSource {
  bool local = false;  // "::" is among the mirrors
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
using Composer = std::variant<WithAtom, AsNix, AsStatic>;

// Direct sources.
struct GitSource {
  std::string url{};                            // may hold {set.label}, as every direct URL may
  std::variant<std::string, Requirement> at{};  // a ref ("HEAD" when none is named), or a requirement on tags
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

  // `name` is the file as messages call it. Kind::usage, with file, line, column and the nearest known key.
  static Result<Manifest> parse(std::string_view text, std::string_view name);
  bool has_dependencies() const;  // on atoms, the composer included, or on direct sources
};

// The version of `label` of the set that is called `set`, for fill_placeholders().
using VersionOf = std::function<Result<Version>(const Tag& set, const Label& label)>;

// `url`, a direct source's, with each {set.label} replaced by the version that `version_of` names.
Result<std::string> fill_placeholders(std::string_view url, const VersionOf& version_of);

struct SetManifest {
  std::vector<std::string> packages{};  // directories, relative to the file, "/" separated, normalised; "." is the root
  std::vector<Tag> tags{};

  static Result<SetManifest> parse(std::string_view text, std::string_view name);
};

}  // namespace eka::atom
