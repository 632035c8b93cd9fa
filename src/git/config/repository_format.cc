#include "git/config/repository_format.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "git/config/config_file.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

// What these say does not concern readers: keep objects of another repository, where worktrees are.
constexpr std::array harmless = {"noop", "noop-v1", "preciousobjects", "relativeworktrees"};

Error unreadable(const RepositoryPlace& place, std::string_view why) {
  return Error(Kind::usage, fmt::format("cannot read the repository at {}: {}", printable(place.name().native()), why));
}

// Without includes: git reads these keys from the file itself.
Result<std::vector<ConfigEntry>> entries_of(const RepositoryPlace& place) {
  const fs::path file = common_directory(place.git_directory) / "config";
  std::ifstream in(file, std::ios::binary);
  std::string text(std::size_t{1} << 20, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto entries = parse_config(text);
  if (entries) return entries;
  return std::unexpected(unreadable(place, printable(file.string()) + ": " + entries.error().message()));
}

void read_extension(const RepositoryPlace& place, std::string_view key, const std::string& value,
                    RepositoryFormat& out) {
  const std::string shown = printable(value, 20);
  if (key == "worktreeconfig") {
    out.worktree_config = is_true(value);
  } else if (key == "partialclone") {
    out.partial = true;
  } else if (key == "objectformat" || key == "compatobjectformat") {
    if (value == "sha1") return;
    out.unreadable = unreadable(place, "its object ids are " + shown + ", and eka supports only sha1")
                         .with_hint("use a repository that was created with `git init --object-format=sha1`");
  } else if (key == "refstorage") {
    if (value == "files") return;
    out.unreadable = unreadable(place, "its refs are stored as " + shown + ", and eka supports only files")
                         .with_hint("convert it with `git refs migrate --ref-format=files` (git 2.46 or newer)");
  } else if (std::ranges::find(harmless, key) == harmless.end()) {
    out.unreadable = unreadable(place, "its format has the unknown extension `" + printable(key, 60) + "`")
                         .with_hint("use a newer eka, or a repository without this extension");
  }
}

}  // namespace

fs::path common_directory(const fs::path& git_directory) {
  std::ifstream in(git_directory / "commondir");
  std::string line;
  if (!std::getline(in, line) || line.empty()) return git_directory;
  std::error_code failure;
  const fs::path out = fs::weakly_canonical(git_directory / line, failure);
  return failure ? git_directory : out;
}

RepositoryFormat read_format(const RepositoryPlace& place) {
  RepositoryFormat out;
  const auto entries = entries_of(place);
  if (!entries) {
    out.unreadable = entries.error();
    return out;
  }
  constexpr std::string_view extension = "extensions.";
  for (const auto& [name, value] : *entries) {
    if (name == "core.repositoryformatversion" && value != "0" && value != "1") {
      out.unreadable = unreadable(place, "its format has the unknown version " + printable(value, 20));
    } else if (name.starts_with("remote.") && name.ends_with(".promisor")) {
      out.partial = out.partial || is_true(value);
    } else if (name.starts_with(extension)) {
      read_extension(place, std::string_view(name).substr(extension.size()), value, out);
    }
  }
  return out;
}

RepositoryFormat check_format(const RepositoryPlace& place, Kind kind) {
  auto out = read_format(place);
  if (out.unreadable) throw Error(kind, out.unreadable->message()).with_hint(out.unreadable->hint());
  return out;
}

}  // namespace eka::git
