#include "cli/command/lock_file.h"

#include "git/config/safe_directory.h"
#include "git/object/working_file.h"

namespace eka::cli {

engine::PrefetchRequest::LockFile read_lock(const std::string& name) {
  const auto path = std::filesystem::absolute(name);
  const auto text = git::read_required_file(name);
  engine::PrefetchRequest::LockFile out{name, path, unwrap(atom::Lock::parse(text, name)), std::nullopt};
  if (const auto repository = git::find_repository(path.parent_path())) {
    out.local = unwrap(atom::Url::parse(repository->git_directory.string()));
  }
  return out;
}

}  // namespace eka::cli
