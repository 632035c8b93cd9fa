#include "cli/command/wanted.h"

#include "cli/command/settings.h"
#include "engine/resolve/working_atom.h"
#include "engine/workspace/package_set.h"

namespace eka::cli {
namespace {

// The local set, or a path to a working tree that is a set. Not a file: URL, which refers to published atoms.
std::optional<std::filesystem::path> working_tree(const std::string& typed, const atom::AtomUri& uri) {
  if (!uri.set) return working_directory();
  if (!uri.set->is_local() || typed.starts_with("file:")) return std::nullopt;
  const std::filesystem::path path = uri.set->path();
  return std::filesystem::exists(path / engine::set_file) ? std::optional(path) : std::nullopt;
}

}  // namespace

std::vector<engine::Wanted> read_wanted(const std::vector<std::string>& typed, const atom::Aliases& aliases) {
  std::vector<engine::Wanted> out;
  for (const auto& text : typed) {
    auto uri = atom::AtomUri::parse(text, aliases);
    if (!uri) throw std::move(uri).error().within("parsing the URI " + redacted(text));
    try {
      if (uri->set) make_absolute(*uri->set);
      auto place = working_tree(text, *uri);
      out.push_back({redacted(text), *std::move(uri), std::move(place)});
    } catch (Error& error) {
      throw std::move(error).within("looking up " + redacted(text));
    }
  }
  return out;
}

std::vector<engine::Wanted> read_wanted_or_here(std::vector<std::string> typed, const atom::Aliases& aliases) {
  try {
    if (typed.empty()) typed.push_back("::" + engine::label_at(working_directory()).str());
  } catch (const Error& error) {
    throw Error(error.kind(), "no atom was specified: " + error.message())
        .with_hint("specify an atom, such as ::server or gh:owner/repo::server, or change to its directory");
  }
  return read_wanted(typed, aliases);
}

}  // namespace eka::cli
