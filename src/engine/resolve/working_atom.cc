#include "engine/resolve/working_atom.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "engine/context/local_access.h"
#include "engine/workspace/genesis.h"
#include "engine/workspace/new_atom.h"
#include "engine/workspace/package_set.h"
#include "engine/workspace/set_remote.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

std::vector<const SourceAtom*> choose(const PackageSet& set, const fs::path& root, const fs::path& start,
                                      const std::vector<std::string>& names) {
  std::vector<const SourceAtom*> out;
  for (const auto& name : names) {
    const auto meant = fs::weakly_canonical(start / name);
    const auto found = std::ranges::find_if(set.atoms, [&](const auto& entry) {
      const auto place = fs::weakly_canonical(root / entry.second.directory);
      return entry.first.str() == name || "::" + entry.first.str() == name || place == meant ||
             place == fs::weakly_canonical(root / name);
    });
    if (found == set.atoms.end()) {
      throw Error(Kind::usage, fmt::format("`{}` is not an atom of the set at {}", name, root.string()))
          .with_hint("use a directory or label listed in ekala.toml");
    }
    out.push_back(&found->second);
  }
  return out;
}

const SourceAtom* around(const PackageSet& set, const fs::path& root, const fs::path& start) {
  const SourceAtom* nearest = nullptr;
  for (const auto& [label, atom] : set.atoms) {
    const bool deeper = nearest == nullptr || atom.directory.size() > nearest->directory.size();
    if (lies_in(start, fs::weakly_canonical(root / atom.directory)) && deeper) nearest = &atom;
  }
  return nearest;
}

Error outside_of_atoms(const fs::path& start, const fs::path& root) {
  return {Kind::usage, fmt::format("{} is not in an atom of the set at {}",
                                   printable(fs::weakly_canonical(start).native()), printable(root.native()))};
}

WorkingAtom read(const fs::path& root, const SourceAtom& atom, const atom::ObjectId& genesis) {
  WorkingAtom out{.directory = fs::weakly_canonical(root / atom.directory),
                  .name = atom.directory,
                  .manifest_text = {},
                  .manifest = atom.manifest,
                  .lock_text = {},
                  .lock = {},
                  .set = {root, genesis, atom.manifest.label},
                  .places = {}};
  const auto files = files_of(root);
  const auto manifest_name = out.file(atom_file);
  out.manifest_text = files(manifest_name).value_or("");
  out.manifest = unwrap(atom::Manifest::parse(out.manifest_text, manifest_name));
  unwrap(out.manifest.check_composer());
  const auto lock_name = out.file(lock_file);
  out.lock_text = files(lock_name);
  if (out.lock_text) {
    auto lock = atom::Lock::parse(*out.lock_text, lock_name);
    if (!lock) throw std::move(lock).error().with_hint("remove the file to resolve all versions again");
    out.lock = *std::move(lock);
  }
  return out;
}

}  // namespace

fs::path WorkingAtom::manifest_file() const {
  return directory / atom_file;
}

fs::path WorkingAtom::lock_file() const {
  return directory / engine::lock_file;
}

std::string WorkingAtom::file(const std::string& its_name) const {
  return (fs::path(name) / its_name).lexically_normal().generic_string();
}

void WorkingAtom::replace(const std::string& its_name, const std::string& content) const {
  git::replace_working_file(set.directory, file(its_name), content);
}

VersionProblem WorkingAtom::problem(atom::Manifest its_manifest, bool fresh) const {
  return {.set = set.genesis,
          .manifest = std::move(its_manifest),
          .file = file(atom_file),
          .locked = lock,
          .fresh = fresh,
          .own_places = places,
          .local = set};
}

atom::Label label_at(const fs::path& start) {
  std::error_code ignored;
  if (!start.empty() && !fs::exists(start, ignored)) {
    throw Error(Kind::usage, fmt::format("no such directory: {}", printable(start.native())));
  }
  const auto root = find_set(start);
  const auto set = unwrap(read_package_set(files_of(root)));
  if (const auto* here = around(set, root, fs::weakly_canonical(start))) return here->manifest.label;
  std::vector<std::string> directories;
  for (const auto& [label, each] : set.atoms) directories.push_back(each.directory);
  throw outside_of_atoms(start, root)
      .with_hint(directories.empty() ? "create an atom with `eka new`"
                                     : fmt::format("specify its directory with --path; the atoms of the set are in: {}",
                                                   fmt::join(directories, ", ")));
}

std::vector<WorkingAtom> read_working_atoms(const fs::path& start, const std::vector<std::string>& names, bool all,
                                            const atom::ObjectId& genesis) {
  const auto root = find_set(start);
  const auto set = unwrap(read_package_set(files_of(root)));
  std::vector<const SourceAtom*> wanted;
  if (all) {
    for (const auto& [label, atom] : set.atoms) wanted.push_back(&atom);
  } else if (!names.empty()) {
    wanted = choose(set, root, start, names);
  } else if (const auto* here = around(set, root, fs::weakly_canonical(start))) {
    wanted.push_back(here);
  } else {
    throw outside_of_atoms(start, root).with_hint("specify atoms, or use --all");
  }
  const auto origin = published_at(root);
  std::vector<WorkingAtom> out;
  for (const auto* atom : wanted) {
    out.push_back(read(root, *atom, genesis));
    if (origin) out.back().places.push_back(*origin);
  }
  return out;
}

coro::Task<std::vector<WorkingAtom>> find_working_atoms(Context& context, fs::path start,
                                                        std::vector<std::string> names, bool all) {
  auto root = co_await coro::offload(context.pool, [&] { return find_set(start); });
  const auto genesis = co_await find_genesis(context, std::move(root));
  co_return co_await coro::offload(context.pool, [&] { return read_working_atoms(start, names, all, genesis); });
}

}  // namespace eka::engine
