#include "engine/publish/working_changes.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "git/object/listing_by_git.h"
#include "git/object/working_file.h"
#include "git/object/working_tree.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t names_limit = 5;

std::string enumerated(std::vector<std::string> names) {
  for (auto& name : names) name = printable(name);
  if (names.size() <= names_limit) return fmt::format("{}", fmt::join(names, ", "));
  const auto more = names.size() - names_limit;
  names.resize(names_limit);
  return fmt::format("{} and {} more", fmt::join(names, ", "), more);
}

std::optional<atom::ObjectId> blob_of(const fs::path& directory, const git::WorkingFile& file) {
  if (file.known) return file.known;
  if (file.content) return atom::ObjectId::of("blob", *file.content);
  if (file.mode == git::WorkingFile::Mode::link) {
    return atom::ObjectId::of("blob", fs::read_symlink(directory / file.path).string());
  }
  const auto content = git::read_named_file(directory / file.path, std::uint64_t{1} << 30);
  return content ? std::optional(atom::ObjectId::of("blob", *content)) : std::nullopt;
}

class WorkingComparison {
 public:
  WorkingComparison(const git::SourceRepository& repository, PublishSource& source)
      : repository_(repository), source_(source), here_(unwrap(read_package_set(files_of(*source.working_set)))) {}

  void committed(const SourceOfAtom& atom) {
    const auto& label = atom.commit.label;
    const auto found = here_.atoms.find(label);
    if (found == here_.atoms.end()) {
      warn("{}: commit {} has it, the working tree does not", label.str(), source_.name());
      return;
    }
    const auto& version = found->second.manifest.version;
    if (version != atom.commit.version) {
      warn("{}: version {} is not committed: commit {} has {}", label.str(), version.str(), source_.name(),
           atom.commit.version.str());
      source_.uncommitted.push_back(label.str() + " " + version.str());
    }
    const auto changed = changed_files(repository_, source_, atom);
    if (!changed.empty()) {
      warn("{}: uncommitted changes are not published: {}", label.str(), enumerated(changed));
    } else if (atom.manifest.has_dependencies() && !atom.lock_text && fs::exists(lock_of(atom))) {
      warn("{}: {} is ignored by git: it is not in commit {}", label.str(), atom.file(lock_file), source_.name());
    }
  }

  void uncommitted() {
    for (const auto& [label, atom] : here_.atoms) {
      if (source_.atoms.contains(label)) continue;
      warn("{}: {} is in the working tree, but not in commit {}", label.str(), source_.prefix + atom.directory,
           source_.name());
      source_.uncommitted.push_back(label.str() + " " + atom.manifest.version.str());
    }
  }

 private:
  fs::path lock_of(const SourceOfAtom& atom) const { return source_.working_directory(atom) / lock_file; }

  template <class... Arguments>
  void warn(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    source_.warnings.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  const git::SourceRepository& repository_;
  PublishSource& source_;
  PackageSet here_;
};

}  // namespace

std::vector<std::string> changed_files(const git::SourceRepository& repository, const PublishSource& source,
                                       const SourceOfAtom& atom) {
  std::map<std::string, git::SourceFile> committed;
  for (auto& file : repository.files_of_tree(atom.commit.tree)) committed.emplace(file.path, std::move(file));
  std::vector<std::string> out;
  // Files whose bytes differ: git may have converted them when it checked them out.
  std::vector<std::string> other_bytes;
  std::vector<atom::ObjectId> expected;
  const auto directory = source.working_directory(atom);
  if (fs::is_directory(directory)) {
    for (const auto& file : git::list_working_files(directory)) {
      const auto found = committed.find(file.path);
      if (found == committed.end() || found->second.mode != static_cast<std::uint32_t>(file.mode)) {
        out.push_back(file.path);
      } else if (blob_of(directory, file) == found->second.id) {
        // unchanged
      } else if (file.content || file.mode == git::WorkingFile::Mode::link) {
        out.push_back(file.path);
      } else {
        other_bytes.push_back(file.path);
        expected.push_back(found->second.id);
      }
      if (found != committed.end()) committed.erase(found);
    }
  }
  for (const auto& [path, file] : committed) out.push_back(path);
  if (!other_bytes.empty()) {
    const auto blobs = git::hash_by_git(directory, other_bytes);
    for (std::size_t i = 0; i < other_bytes.size(); ++i) {
      if (blobs[i] != expected[i]) out.push_back(other_bytes[i]);
    }
  }
  std::ranges::sort(out);
  return out;
}

void compare_with_working_tree(const git::SourceRepository& repository, bool all, PublishSource& source) {
  const auto attempt = [&](const std::string& what, const auto& compare) {
    try {
      compare();
    } catch (const std::exception& exception) {
      source.warnings.push_back(
          fmt::format("{} cannot be compared with the working tree: {}", what, error_of(exception).message()));
    }
  };
  attempt("commit " + source.name(), [&] {
    WorkingComparison comparison(repository, source);
    for (const auto& [label, atom] : source.atoms) {
      if (atom.wanted) attempt(label.str(), [&, &its = atom] { comparison.committed(its); });
    }
    if (all) comparison.uncommitted();
  });
}

}  // namespace eka::engine
