#include "git/config/safe_directory.h"

#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include "base/owner.h"
#include "base/text.h"
#include "git/config/user_config.h"
#include "git/config/user_path.h"
#include "git/libgit2/libgit2.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

// Without symbolic links and trailing slash; normalized lexically if it cannot be resolved.
fs::path resolved(const fs::path& path) {
  std::error_code failure;
  fs::path out = fs::weakly_canonical(path, failure);
  if (failure) out = path.lexically_normal();
  return out.has_filename() || !out.has_relative_path() ? out : out.parent_path();
}

// Reads the path in a file of one line: a `.git` file contains "gitdir: <git directory>", the file `gitdir` of a git
// directory "<working tree>/.git".
std::optional<fs::path> named_by(const fs::path& file, std::string_view key) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 8192> text{};
  in.read(text.data(), text.size());
  std::string_view line(text.data(), static_cast<std::size_t>(in.gcount()));
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  return resolved(file.parent_path() / line);
}

// The place with the working tree `directory`, if its `.git` leads to `git_directory`.
std::optional<RepositoryPlace> place_at(const fs::path& directory, const fs::path& git_directory) {
  const fs::path entry = directory / ".git";
  std::error_code absent;
  const auto status = fs::symlink_status(entry, absent);
  if (!fs::exists(status)) return std::nullopt;
  const bool is_file = fs::is_regular_file(fs::status(entry, absent));
  if ((is_file ? named_by(entry, "gitdir: ") : resolved(entry)) != git_directory) return std::nullopt;
  RepositoryPlace out{git_directory, directory, std::nullopt};
  if (!fs::is_directory(status)) out.git_link = entry;
  return out;
}

std::optional<fs::path> discover(const fs::path& start) {
  const Libgit2 library;
  git_buf found = GIT_BUF_INIT;
  if (git_repository_discover(&found, start.c_str(), 1, nullptr) < 0) {
    git_error_clear();
    return std::nullopt;
  }
  fs::path out = resolved(found.ptr);
  git_buf_dispose(&found);
  return out;
}

bool owner_decides(const RepositoryPlace& place) {
  return is_owned(place.git_directory) && (!place.working_tree || is_owned(*place.working_tree)) &&
         (!place.git_link || is_owned(*place.git_link));
}

bool names(const std::string& value, const RepositoryPlace& place) {
  if (value == "*") return true;
  auto path = expanded_path(value);
  if (!path || !path->starts_with('/')) return false;
  const bool below = path->ends_with("/*");
  if (below) path->resize(path->size() - 2);
  const fs::path named = resolved(path->empty() ? "/" : *path);
  if (!below) return named == place.name() || named == place.git_directory;
  const auto relative = place.name().lexically_relative(named);
  return !relative.empty() && relative != "." && *relative.begin() != "..";
}

}  // namespace

std::optional<RepositoryPlace> find_repository(const fs::path& start) {
  const auto git_directory = discover(start);
  if (!git_directory) return std::nullopt;
  for (fs::path here = resolved(start);; here = here.parent_path()) {
    if (here == *git_directory) break;
    if (auto place = place_at(here, *git_directory)) return place;
    if (here == here.parent_path()) break;
  }
  return RepositoryPlace{*git_directory, std::nullopt, std::nullopt};
}

std::optional<RepositoryPlace> repository_at(const fs::path& directory) {
  auto place = find_repository(directory);
  if (place && place->name() != resolved(directory) && place->git_directory != resolved(directory)) return std::nullopt;
  return place;
}

std::optional<fs::path> working_tree_of(const fs::path& git_directory) {
  const fs::path inside = resolved(git_directory);
  std::error_code absent;
  const fs::path link = inside / "gitdir";
  auto entry = std::optional(inside);
  if (inside.filename() != ".git") entry = fs::is_regular_file(link, absent) ? named_by(link, "") : std::nullopt;
  if (!entry || !place_at(entry->parent_path(), inside)) return std::nullopt;
  return entry->parent_path();
}

bool is_trusted(const RepositoryPlace& place) {
  if (owner_decides(place)) return true;
  bool out = false;
  for (const std::string& value : UserConfig::load().values("safe.directory")) {
    out = !value.empty() && (out || names(value, place));
  }
  return out;
}

void check_trusted(const RepositoryPlace& place, Kind kind) {
  if (is_trusted(place)) return;
  const auto name = printable(place.name().native());
  throw Error(kind, "the repository at " + name + " belongs to another user")
      .with_hint("if you trust it: git config --global --add safe.directory " + name);
}

}  // namespace eka::git
