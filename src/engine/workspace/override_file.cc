#include "engine/workspace/override_file.h"

#include "atom/manifest/overrides.h"
#include "git/config/safe_directory.h"
#include "git/object/source_repository.h"
#include "git/object/working_file.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

bool is_committed(const fs::path& file) {
  if (!git::find_repository(file.parent_path())) return false;
  const auto repository = git::SourceRepository::discover(file.parent_path());
  const auto head = repository.head();
  if (!head || !repository.working_tree()) return false;
  const auto path = fs::weakly_canonical(file).lexically_relative(fs::weakly_canonical(*repository.working_tree()));
  return repository.entry(*head, path.generic_string()).has_value();
}

}  // namespace

Result<std::optional<OverrideFile>> read_override_file(const fs::path& directory) try {
  const auto text = git::read_working_file(directory, override_file);
  if (!text) return std::nullopt;
  OverrideFile out{directory / override_file, {}, false};
  out.places = unwrap(atom::parse_overrides(*text, out.path.string()));
  out.committed = is_committed(out.path);
  return out;
} catch (const Error& error) {
  return std::unexpected(error);
}

}  // namespace eka::engine
