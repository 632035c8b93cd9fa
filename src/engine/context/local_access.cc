#include "engine/context/local_access.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/owner.h"
#include "base/text.h"
#include "git/config/safe_directory.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) {
  return printable(path.native());
}

// Resolves symlinks; what does not exist stays as written, since nothing can be read there.
fs::path resolved(const fs::path& path) {
  std::error_code failure;
  auto out = fs::weakly_canonical(path, failure);
  if (failure) throw Error(Kind::usage, fmt::format("cannot access {}: {}", shown(path), failure.message()));
  return out;
}

bool lies_in_tree(const fs::path& path, const LocalOrigin& from) {
  if (!from.has_tree || !lies_in(path, from.directory)) return false;
  const auto relative = path.lexically_relative(from.directory);
  return std::ranges::find(relative, fs::path(".git")) == relative.end();
}

std::string advice(const fs::path& place) {
  return fmt::format(
      "if all users of this machine may read it, add its directory to `sources.local` in your "
      "configuration (~/.config/eka.toml): sources.local = [\"{}\"]",
      shown(place.parent_path()));
}

Error refusal(const std::string& what, const fs::path& place, const LocalOrigin& from) {
  const auto& why =
      from.own || !from.has_tree
          ? fmt::format("outside of the {} at {}", from.has_tree ? "working tree" : "repository", shown(from.directory))
          : fmt::format("outside of the working tree at {}, which belongs to another user", shown(from.directory));
  return Error(Kind::usage, fmt::format("{} is {}, {}", what, shown(place), why)).with_hint(advice(place));
}

}  // namespace

bool lies_in(const fs::path& path, const fs::path& directory) {
  const auto relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

LocalOrigin local_origin(const fs::path& place) {
  const auto repository = git::find_repository(place);
  if (!repository) return {resolved(place), false, is_owned(place)};
  const auto tree =
      repository->working_tree ? repository->working_tree : git::working_tree_of(repository->git_directory);
  const auto& directory = tree ? *tree : repository->git_directory;
  return {resolved(directory), tree.has_value(), is_owned(directory) && is_owned(repository->git_directory)};
}

bool LocalAccess::consents(const fs::path& place) const {
  static constexpr std::array<const char*, 3> of_the_kernel = {"/proc", "/sys", "/dev"};
  return std::ranges::any_of(consented_, [&](const fs::path& directory) {
    const auto allowed = resolved(directory);
    if (!lies_in(place, allowed)) return false;
    return std::ranges::none_of(of_the_kernel,
                                [&](const char* root) { return lies_in(place, root) && !lies_in(allowed, root); });
  });
}

void LocalAccess::check_file(const std::string& what, const atom::Url& url, const LocalOrigin& from) const {
  const auto place = resolved(url.path());
  if (!lies_in_tree(place, from) && !consents(place)) throw refusal(what, place, from);
}

void LocalAccess::check_rewritten(const atom::Url& named, const atom::Url& url) const {
  const auto place = resolved(url.path());
  if (consents(place)) return;
  throw Error(Kind::usage, fmt::format("{} is rewritten by insteadOf to {}, which is not in a directory of "
                                       "`sources.local`",
                                       named.str(), shown(place)))
      .with_hint(advice(place));
}

void LocalAccess::check_repository(const std::string& what, const atom::Url& url, const LocalOrigin& from) const {
  if (from.own) return;
  const auto place = resolved(url.path());
  if (!lies_in(place, from.directory) && !consents(place)) throw refusal(what, place, from);
}

}  // namespace eka::engine
