#include "engine/publish/source.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "engine/publish/working_changes.h"
#include "engine/workspace/needs.h"
#include "engine/workspace/set_in_commit.h"
#include "engine/workspace/set_remote.h"
#include "git/object/source_repository.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

std::string normal(const std::string& directory) {
  auto out = fs::path(directory).lexically_normal().generic_string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out == "." ? "" : out;
}

SourceOfAtom prepare(const git::SourceRepository& repository, const PublishSource& source, const SourceAtom& atom) {
  const auto directory = normal(source.prefix + atom.directory);
  SourceOfAtom out{.commit = {{}, source.commit, atom.manifest.label, atom.manifest.version},
                   .rev = {},
                   .manifest_blob = {},
                   .manifest = atom.manifest,
                   .directory = directory.empty() ? "" : directory + "/",
                   .in_set = normal(atom.directory)};
  out.commit.tree = repository.entry(source.commit, directory)->id;
  out.manifest_blob = repository.entry(source.commit, out.file(atom_file))->id;
  out.lock_text = repository.file(source.commit, out.file(lock_file));
  out.rev = atom::ObjectId::of("commit", out.commit.text());
  if (out.lock_text) {
    auto lock = atom::Lock::parse(*out.lock_text, out.file(lock_file));
    if (lock) {
      out.lock = *std::move(lock);
    } else {
      out.lock_error = std::move(lock).error();
    }
  }
  out.needs = needs_of(out.manifest, out.lock, source.genesis);
  return out;
}

class SourceChoice {
 public:
  SourceChoice(const PublishRequest& request, PublishSource& source, const git::SourceRepository& repository)
      : request_(request), source_(source) {
    if (!repository.working_tree()) return;
    const auto relative = fs::relative(request.directory, *repository.working_tree() / source.prefix);
    if (relative != ".") below_ = relative.generic_string() + "/";
  }

  // Marks the requested atoms, by directory (relative to the set's root or to the current directory) or by label.
  void mark() const {
    if (request_.all) {
      for (auto& [label, atom] : source_.atoms) atom.wanted = true;
      return;
    }
    for (const auto& asked : request_.packages) {
      const auto found = std::ranges::find_if(
          source_.atoms, [&](const auto& entry) { return means(asked, entry.first, entry.second.in_set); });
      if (found == source_.atoms.end()) throw no_such_atom(asked);
      found->second.wanted = true;
    }
  }

 private:
  bool means(const std::string& asked, const atom::Label& label, const std::string& directory) const {
    return label.str() == asked || "::" + label.str() == asked || directory == normal(asked) ||
           directory == normal(below_ + asked) ||
           (source_.working_set && fs::path(asked).is_absolute() && asked_directory(asked) == directory);
  }

  std::string asked_directory(const std::string& asked) const {
    std::error_code none;
    return normal(fs::relative(asked, *source_.working_set, none).generic_string());
  }

  Error no_such_atom(const std::string& asked) const {
    if (source_.working_set) {
      const auto here = read_package_set(files_of(*source_.working_set));
      for (const auto& [label, atom] : here ? here->atoms : std::map<atom::Label, SourceAtom>()) {
        if (!means(asked, label, normal(atom.directory))) continue;
        return Error(Kind::usage,
                     fmt::format("`{}` is in the working tree, but not in commit {}", printable(asked), source_.name()))
            .with_hint(fmt::format("atoms are published from commits: commit {} and {} first",
                                   source_.prefix + atom.directory, source_.prefix + set_file));
      }
    }
    std::vector<std::string> labels;
    for (const auto& [label, atom] : source_.atoms) labels.push_back(label.str());
    Error error(Kind::usage, fmt::format("`{}` is not an atom of this set", printable(asked)));
    const auto near = nearest(asked, labels);
    if (!near.empty()) return std::move(error).with_hint(fmt::format("did you mean `{}`?", near));
    return std::move(error).with_hint("use a directory or label listed in the ekala.toml of that commit, or --all");
  }

  const PublishRequest& request_;
  PublishSource& source_;
  std::string below_;
};

}  // namespace

PublishSource read_publish_source(const PublishRequest& request, const atom::ObjectId& genesis) {
  const auto repository = git::SourceRepository::discover(request.directory);
  PublishSource out;
  out.objects = repository.objects_directory();
  out.common = out.objects.parent_path();
  out.base = repository.directory();
  out.remote = remote_named(repository, request.remote);
  out.commit = repository.commit(request.revision);
  out.genesis = genesis;
  out.prefix = set_prefix(repository, out.commit, request.directory);
  if (repository.working_tree() && repository.head() == out.commit) {
    auto directory = (*repository.working_tree() / out.prefix).lexically_normal().generic_string();
    if (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    out.working_set = directory;
  }
  const auto set =
      unwrap(read_package_set([&](const std::string& path) { return repository.file(out.commit, out.prefix + path); }));
  out.warnings = set.warnings;
  for (const auto& [label, atom] : set.atoms) out.atoms.emplace(label, prepare(repository, out, atom));
  SourceChoice(request, out, repository).mark();
  for (const auto& [label, atom] : out.atoms) {
    if (!atom.wanted) continue;
    unwrap(atom.manifest.check_composer());
    repository.write_commit(atom.commit.text());
  }
  if (out.working_set) compare_with_working_tree(repository, request.all, out);
  return out;
}

}  // namespace eka::engine
