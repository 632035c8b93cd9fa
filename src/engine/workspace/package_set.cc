#include "engine/workspace/package_set.h"

#include <filesystem>

#include <fmt/format.h>

#include "git/object/working_file.h"

namespace eka::engine {
namespace {

std::string in_directory(const std::string& directory, const char* file) {
  return directory.empty() || directory == "." ? file : directory + "/" + file;
}

// Joins the messages of all errors.
Error joined(const std::vector<Error>& errors) {
  std::string message;
  for (const auto& error : errors) message += (message.empty() ? "" : "\n") + error.message();
  return Error(errors.front().kind(), message).with_hint(errors.front().hint());
}

}  // namespace

ReadFile files_of(std::filesystem::path directory) {
  return [directory = std::move(directory)](const std::string& path) -> std::optional<std::string> {
    return git::read_working_file(directory, path);
  };
}

Result<PackageSet> read_package_set(const ReadFile& read) {
  const auto text = read(set_file);
  if (!text) {
    return std::unexpected(
        Error(Kind::usage, "not a package set: no ekala.toml").with_hint("create one with `eka init`"));
  }
  auto manifest = atom::SetManifest::parse(*text, set_file);
  if (!manifest) return std::unexpected(std::move(manifest).error());
  PackageSet out{*std::move(manifest), {}, {}};
  std::vector<Error> errors;
  for (const auto& directory : out.manifest.packages) {
    const auto name = in_directory(directory, atom_file);
    const auto atom_text = read(name);
    if (!atom_text) {
      out.warnings.push_back(
          fmt::format("{} lists `{}`, but {} does not exist: remove it from `packages`, or create it with "
                      "`eka new {}`",
                      set_file, directory, name, directory));
      continue;
    }
    auto atom = atom::Manifest::parse(*atom_text, name);
    if (!atom) {
      errors.push_back(std::move(atom).error());
      continue;
    }
    const auto label = atom->label;
    const auto [other, added] = out.atoms.try_emplace(label, SourceAtom{directory, *std::move(atom)});
    if (!added) {
      errors.emplace_back(Kind::usage, fmt::format("duplicate label: `{}` and `{}` are both labeled `{}`",
                                                   other->second.directory, directory, label.str()));
    }
  }
  if (!errors.empty()) return std::unexpected(joined(errors));
  return out;
}

}  // namespace eka::engine
