// atom.toml and ekala.toml, strictly read (protocol.md §4, §5).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "atom/label.h"
#include "atom/url.h"
#include "atom/version.h"

namespace eka::atom {

// Where in its file something stands, from 1; for messages.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// Where the atoms of a set come from: mirrors of one set, or (nothing) the set that the manifest's own atom lives in.
struct SetSource {
  bool local = false;  // "::" is among the mirrors
  std::vector<Url> mirrors;
  Position where;
};

struct Dependency {
  Requirement requirement;
  Position where;
};

struct WithAtom {  // [compose.with.<label>]
  Label label;
  Tag from;
  Requirement requirement;
  std::string entry = ".";
  Position where;
};
struct AsNix {  // [compose.as] nix = "…"
  std::string entry;
};
struct AsStatic {  // [compose.as] static = "…"
  std::string entry;
};
using Composer = std::variant<WithAtom, AsNix, AsStatic>;

// Direct sources.
struct GitSource {
  std::string url;                            // may hold {set.label}
  std::variant<std::string, Requirement> at;  // a ref, or a requirement on tags
};
struct TarSource {
  std::string url;
};
struct FileSource {
  std::string url;
};
struct BuildSource {
  std::string url;
  bool unpack = false;
};
struct DirectSource {
  std::variant<GitSource, TarSource, FileSource, BuildSource> fetch;
  Position where;
};

struct Manifest {
  Label label;
  Version version;
  std::optional<std::string> description;
  std::vector<Tag> tags;
  std::map<Tag, SetSource> sets;
  Composer composer;
  std::map<Tag, std::map<Label, Dependency>> dependencies;
  std::map<std::string, DirectSource> direct;

  // `name` is the file as messages call it. Kind::usage, with file, line, column and the nearest known key.
  static Result<Manifest> parse(std::string_view text, std::string_view name);
  bool has_dependencies() const;  // on atoms, the composer included, or on direct sources
};

struct SetManifest {
  std::vector<std::string> packages;  // directories, relative to the file, "/" separated
  std::vector<Tag> tags;

  static Result<SetManifest> parse(std::string_view text, std::string_view name);
};

}  // namespace eka::atom
