#include "engine/workspace/new_atom.h"

#include <algorithm>

#include <fmt/format.h>

#include "atom/hash/nar_hash.h"
#include "atom/toml/toml_edit.h"
#include "base/owner.h"
#include "base/text.h"
#include "engine/workspace/package_set.h"
#include "git/config/safe_directory.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

constexpr const char* expression_file = "default.nix";

std::string manifest_text(const NewAtomRequest& request, const atom::Label& label) {
  std::string out = fmt::format(
      "# What this file can contain: `eka help manifest`. To add a dependency: `eka add URI`.\n"
      "[package]\nlabel = {}\nversion = {}  # a published version never changes: the next publication needs a new "
      "one\n",
      atom::toml_quoted(label.str()), atom::toml_quoted(request.version.str()));
  if (!request.composer) return out + fmt::format("\n[compose.as]\nnix = \"{}\"\n", expression_file);
  const auto& composer = *request.composer;
  return out + fmt::format("\n[package.sets]\n{} = [{}]\n\n[compose.with.{}]\nfrom = {}\n",
                           atom::toml_key(composer.tag), atom::toml_quoted(composer.address),
                           atom::toml_key(composer.label), atom::toml_quoted(composer.tag));
}

// Labels may contain letters that Nix does not allow in the name of a derivation.
std::string expression_text(const atom::Label& label) {
  const auto name = atom::store_name(label.str());
  return fmt::format(R"(# Two names are in scope here:
#   cfg    cfg.package is that table of atom.toml, cfg.platforms.build the platform to build on ("x86_64-linux")
#   atoms  atoms.deps.from.<set>.<label> is the value of a dependency, atoms.deps.pins.<name>.src the files of a
#          source, and atoms.deps.pins.<name>.import "" the value of its default.nix
{{
  # The derivation that `eka plan` prints and `eka build` builds.
  main = derivation {{
    name = "{}-${{cfg.package.version}}";
    system = cfg.platforms.build;
    builder = "/bin/sh";
    args = [ "-c" "echo hello from $name > $out" ];
  }};
}}
)",
                     name == label.str() ? "${cfg.package.label}" : name);
}

atom::Label choose_label(const NewAtomRequest& request, const std::filesystem::path& directory) {
  if (request.label) return *request.label;
  auto label = atom::Label::parse(directory.filename().string());
  if (!label) throw std::move(label).error().with_hint("use --label to choose another label");
  return *std::move(label);
}

// A set found in a parent directory may have been put there by another user (/tmp/ekala.toml).
void check_owner(const std::filesystem::path& root) {
  if (is_owned(root) && is_owned(root / set_file)) return;
  const auto repository = git::find_repository(root);
  if (repository && git::is_trusted(*repository)) return;
  const auto name = printable((repository ? repository->name() : root).native());
  throw Error(Kind::usage, fmt::format("the package set at {} belongs to another user", printable(root.native())))
      .with_hint("if you trust it: git config --global --add safe.directory " + name);
}

}  // namespace

std::filesystem::path find_set(const std::filesystem::path& start) {
  if (start.empty()) throw Error(Kind::usage, "the path of the atom is empty");
  const auto first = std::filesystem::weakly_canonical(std::filesystem::absolute(start));
  for (auto directory = first;; directory = directory.parent_path()) {
    if (std::filesystem::exists(directory / set_file)) {
      check_owner(directory);
      return directory;
    }
    if (directory == directory.parent_path()) {
      throw Error(Kind::usage, fmt::format("no {} in {} or a parent directory", set_file, first.string()))
          .with_hint("create a package set with `eka init`");
    }
  }
}

NewAtomReport new_atom(const NewAtomRequest& request) {
  if (request.directory.empty()) throw Error(Kind::usage, "the path of the new atom is empty");
  const auto directory = std::filesystem::weakly_canonical(std::filesystem::absolute(request.directory));
  const auto root = find_set(directory.parent_path());
  const auto set = unwrap(read_package_set(files_of(root)));
  const auto label = choose_label(request, directory);
  const auto relative = std::filesystem::relative(directory, root).generic_string();
  const auto manifest = directory / atom_file;
  if (std::filesystem::exists(manifest)) {
    throw Error(Kind::usage, fmt::format("{} already exists", manifest.string()));
  }
  if (const auto taken = set.atoms.find(label); taken != set.atoms.end()) {
    throw Error(Kind::usage,
                fmt::format("duplicate label: `{}` is already the label of `{}` and cannot be used for `{}`",
                            label.str(), taken->second.directory, relative))
        .with_hint("use --label to choose another label");
  }

  auto text = manifest_text(request, label);
  unwrap(atom::Manifest::parse(text, manifest.string()));
  // The set's file first: a listed directory without an atom gives a warning, and running the command again creates it.
  const auto& listed = set.manifest.packages;
  if (std::ranges::find(listed, relative) == listed.end()) {
    const auto before = files_of(root)(set_file).value_or("");
    git::replace_working_file(root, set_file,
                              unwrap(atom::append_element(before, {"set", "packages"}, atom::toml_quoted(relative))));
  }
  std::filesystem::create_directories(directory);
  std::optional<std::filesystem::path> expression;
  if (!request.composer && !std::filesystem::exists(directory / expression_file)) {
    expression = directory / expression_file;
    git::replace_working_file(root, relative + "/" + expression_file, expression_text(label));
  }
  git::replace_working_file(root, relative + "/" + atom_file, text);
  return {label, manifest, expression, set.warnings};
}

}  // namespace eka::engine
