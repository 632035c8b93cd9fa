#include "engine/workspace/set_in_commit.h"

#include <fmt/format.h>

#include "base/text.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {

std::string set_prefix(const git::SourceRepository& repository, const atom::ObjectId& commit,
                       const std::filesystem::path& start) {
  std::string path;
  if (repository.working_tree()) {
    const auto relative = std::filesystem::relative(start, *repository.working_tree()).generic_string();
    if (relative != "." && !relative.starts_with("..")) path = relative;
  }
  for (;;) {
    const auto prefix = path.empty() ? "" : path + "/";
    if (repository.file(commit, prefix + set_file)) return prefix;
    if (path.empty()) {
      throw Error(Kind::usage, fmt::format("no {} in commit {}", set_file, commit.hex()))
          .with_hint("create a package set with `eka init`; uncommitted files are not published");
    }
    const auto slash = path.rfind('/');
    path = slash == std::string::npos ? "" : path.substr(0, slash);
  }
}

atom::ObjectId tree_in_commit(const git::SourceRepository& repository, const atom::ObjectId& commit,
                              const std::string& directory) {
  auto path = std::filesystem::path(directory).lexically_normal().generic_string();
  while (path.ends_with('/')) path.pop_back();
  const auto entry = repository.entry(commit, path);
  if (entry && entry->is_tree) return entry->id;
  throw Error(Kind::usage, fmt::format("no directory {} in commit {}", printable(path), commit.hex()));
}

}  // namespace eka::engine
