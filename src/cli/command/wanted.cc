#include "cli/command/wanted.h"

#include "cli/command/settings.h"
#include "engine/resolve/working_atom.h"
#include "engine/workspace/package_set.h"

namespace eka::cli {

std::optional<std::filesystem::path> working_tree_of(const std::string& typed, const std::optional<atom::Url>& set) {
  if (!set) return working_directory();
  if (!set->is_local() || typed.starts_with("file:")) return std::nullopt;
  const std::filesystem::path path = set->path();
  return std::filesystem::exists(path / engine::set_file) ? std::optional(path) : std::nullopt;
}

std::vector<engine::Wanted> read_wanted(const std::vector<std::string>& typed, const atom::Aliases& aliases) {
  std::vector<engine::Wanted> out;
  for (const auto& text : typed) {
    auto uri = atom::AtomUri::parse(text, aliases);
    if (!uri) throw std::move(uri).error().within("parsing the URI " + redacted(text));
    try {
      if (uri->set) make_absolute(*uri->set);
      auto place = working_tree_of(text, uri->set);
      out.push_back({redacted(text), *std::move(uri), std::move(place)});
    } catch (Error& error) {
      throw std::move(error).within("looking up " + redacted(text));
    }
  }
  return out;
}

std::string atom_here() try { return "::" + engine::label_at(working_directory()).str(); } catch (const Error& error) {
  throw Error(error.kind(), "no atom was specified: " + error.message())
      .with_hint("specify an atom, such as ::server or gh:owner/repo::server, or change to its directory");
}

std::vector<engine::Wanted> read_wanted_or_here(std::vector<std::string> typed, const atom::Aliases& aliases) {
  if (typed.empty()) typed.push_back(atom_here());
  return read_wanted(typed, aliases);
}

}  // namespace eka::cli
