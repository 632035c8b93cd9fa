#include "git/object/source_repository.h"

#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "git/config/repository_format.h"
#include "git/config/safe_directory.h"
#include "git/config/user_config.h"

namespace eka::git {
namespace {

using TreeEntryHandle = std::unique_ptr<git_tree_entry, LibgitDeleter<git_tree_entry_free>>;

CommitHandle look_up(git_repository* repository, const atom::ObjectId& id) {
  const auto oid = to_oid(id);
  return make<CommitHandle>(Kind::failure, fmt::format("cannot read commit {}", id.hex()), git_commit_lookup,
                            repository, &oid);
}

}  // namespace

std::filesystem::path SourceRepository::objects_directory() const {
  return std::filesystem::path(git_repository_commondir(repository_.get())) / "objects";
}

RepositoryHandle open_trusted(const std::filesystem::path& start) {
  const auto place = find_repository(start);
  if (!place) {
    throw Error(Kind::usage, fmt::format("{} is not in a git repository", start.string()))
        .with_hint("create one with `eka init --init-git`");
  }
  check_trusted(*place, Kind::usage);
  check_format(*place, Kind::usage);
  const auto what = fmt::format("cannot open the repository of {}", start.string());
  auto repository = make<RepositoryHandle>(Kind::failure, what, git_repository_open_ext, start.c_str(),
                                           GIT_REPOSITORY_OPEN_CROSS_FS, nullptr);
  if (std::filesystem::canonical(git_repository_path(repository.get())) != place->git_directory) {
    throw Error(Kind::failure, what + ": it was replaced while it was opened");
  }
  return repository;
}

SourceRepository::SourceRepository(RepositoryHandle repository, std::filesystem::path directory)
    : repository_(std::move(repository)), directory_(std::move(directory)) {
  git_directory_ = git_repository_path(repository_.get());
  if (const char* tree = git_repository_workdir(repository_.get())) working_tree_ = tree;
}

SourceRepository SourceRepository::discover(const std::filesystem::path& start) {
  const Libgit2 library;  // must be initialised before the handle is created
  auto repository = open_trusted(start);
  const auto place = find_repository(start);
  return SourceRepository(std::move(repository), place ? place->name() : start);
}

SourceRepository SourceRepository::at(const std::filesystem::path& directory) {
  const Libgit2 library;
  return {make<RepositoryHandle>(Kind::failure, fmt::format("cannot open {}", directory.string()),
                                 git_repository_open_bare, directory.c_str()),
          directory};
}

atom::ObjectId SourceRepository::commit(const std::string& revspec) const {
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, repository_.get(), revspec.c_str()) < 0) {
    throw_git_error(Kind::usage, fmt::format("no revision `{}` in {}", revspec, git_directory_.string()));
  }
  const ObjectHandle named(raw);
  const auto commit = make<ObjectHandle>(Kind::usage, fmt::format("`{}` is not a commit", revspec), git_object_peel,
                                         static_cast<const git_object*>(named.get()), GIT_OBJECT_COMMIT);
  return from_oid(*git_object_id(commit.get()));
}

std::optional<atom::ObjectId> SourceRepository::head() const {
  git_oid oid;
  const int code = git_reference_name_to_id(&oid, repository_.get(), "HEAD");
  if (code == GIT_ENOTFOUND || code == GIT_EUNBORNBRANCH) return std::nullopt;
  check(code, Kind::failure, "cannot read HEAD");
  return from_oid(oid);
}

std::optional<std::string> SourceRepository::branch() const {
  git_reference* raw = nullptr;
  check(git_reference_lookup(&raw, repository_.get(), "HEAD"), Kind::failure, "cannot read HEAD");
  const ReferenceHandle head(raw);
  const char* target = git_reference_symbolic_target(head.get());
  return target == nullptr ? std::nullopt : std::optional<std::string>(target);
}

std::optional<atom::ObjectId> SourceRepository::genesis(const atom::ObjectId& from) const {
  if (git_repository_is_shallow(repository_.get()) == 1) {
    git_oid init;
    if (git_reference_name_to_id(&init, repository_.get(), "refs/ekala/init") == 0) return from_oid(init);
    git_error_clear();
    return std::nullopt;
  }
  const auto walk =
      make<RevwalkHandle>(Kind::failure, "cannot read the commit history", git_revwalk_new, repository_.get());
  const auto start = to_oid(from);
  check(git_revwalk_push(walk.get(), &start), Kind::failure, "cannot read the commit history");
  std::optional<std::pair<git_time_t, atom::ObjectId>> oldest;
  git_oid oid;
  int code = 0;
  while ((code = git_revwalk_next(&oid, walk.get())) == 0) {
    const auto commit = look_up(repository_.get(), from_oid(oid));
    if (git_commit_parentcount(commit.get()) != 0) continue;
    const std::pair root{git_commit_time(commit.get()), from_oid(oid)};
    if (!oldest || root < *oldest) oldest = root;
  }
  if (code != GIT_ITEROVER) throw_git_error(Kind::failure, "cannot read the commit history");
  return oldest->second;
}

std::set<atom::ObjectId> SourceRepository::descendants(const std::vector<atom::ObjectId>& commits,
                                                       const atom::ObjectId& ancestor) const {
  // From the commits down, to find the children of each commit, then up from the ancestor.
  std::unordered_map<atom::ObjectId, std::vector<atom::ObjectId>> children;
  std::unordered_set<atom::ObjectId> seen(commits.begin(), commits.end());
  for (std::vector<atom::ObjectId> open(seen.begin(), seen.end()); !open.empty();) {
    const auto id = open.back();
    open.pop_back();
    if (!has(id)) continue;
    const auto commit = look_up(repository_.get(), id);
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i) {
      const auto parent = from_oid(*git_commit_parent_id(commit.get(), i));
      children[parent].push_back(id);
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  std::unordered_set<atom::ObjectId> related{ancestor};
  for (std::vector<atom::ObjectId> open{ancestor}; !open.empty();) {
    const auto id = open.back();
    open.pop_back();
    for (const auto& child : children[id]) {
      if (related.insert(child).second) open.push_back(child);
    }
  }
  std::set<atom::ObjectId> out;
  for (const auto& commit : commits) {
    if (related.contains(commit)) out.insert(commit);
  }
  return out;
}

atom::ObjectId SourceRepository::tree_of(const atom::ObjectId& commit) const {
  return from_oid(*git_commit_tree_id(look_up(repository_.get(), commit).get()));
}

std::optional<SourceEntry> SourceRepository::entry(const atom::ObjectId& commit, std::string_view path) const {
  return entry_of_tree(tree_of(commit), path);
}

std::optional<std::string> SourceRepository::file(const atom::ObjectId& commit, std::string_view path) const {
  return file_of_tree(tree_of(commit), path);
}

std::optional<SourceEntry> SourceRepository::entry_of_tree(const atom::ObjectId& id, std::string_view path) const {
  if (path.empty() || path == ".") return SourceEntry{id, true};
  const auto oid = to_oid(id);
  const auto tree = make<TreeHandle>(Kind::failure, "cannot read a tree", git_tree_lookup, repository_.get(), &oid);
  git_tree_entry* raw = nullptr;
  const int code = git_tree_entry_bypath(&raw, tree.get(), std::string(path).c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  check(code, Kind::failure, fmt::format("cannot look up {}", path));
  const TreeEntryHandle found(raw);
  return SourceEntry{from_oid(*git_tree_entry_id(found.get())), git_tree_entry_type(found.get()) == GIT_OBJECT_TREE};
}

std::optional<std::string> SourceRepository::file_of_tree(const atom::ObjectId& tree, std::string_view path) const {
  const auto found = entry_of_tree(tree, path);
  if (!found || found->is_tree) return std::nullopt;
  const auto oid = to_oid(found->id);
  const auto blob =
      make<BlobHandle>(Kind::failure, fmt::format("cannot read {}", path), git_blob_lookup, repository_.get(), &oid);
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                     static_cast<std::size_t>(git_blob_rawsize(blob.get())));
}

std::vector<std::string> SourceRepository::directories_with(const atom::ObjectId& commit,
                                                            const std::string& name) const {
  struct Open {
    atom::ObjectId tree;
    std::string path;
  };
  std::vector<std::string> out;
  std::unordered_set<atom::ObjectId> seen;
  for (std::vector<Open> open{{tree_of(commit), ""}}; !open.empty();) {
    const auto [id, path] = std::move(open.back());
    open.pop_back();
    if (!seen.insert(id).second) continue;
    const auto oid = to_oid(id);
    const auto tree = make<TreeHandle>(Kind::failure, "cannot read a tree", git_tree_lookup, repository_.get(), &oid);
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
      const auto* entry = git_tree_entry_byindex(tree.get(), i);
      const std::string entry_name = git_tree_entry_name(entry);
      const auto type = git_tree_entry_type(entry);
      if (type == GIT_OBJECT_BLOB && entry_name == name) out.push_back(path);
      if (type != GIT_OBJECT_TREE) continue;
      open.push_back({from_oid(*git_tree_entry_id(entry)), path.empty() ? entry_name : path + "/" + entry_name});
    }
  }
  return out;
}

std::vector<SourceFile> SourceRepository::files_of_tree(const atom::ObjectId& tree) const {
  struct Open {
    atom::ObjectId tree;
    std::string path;
  };
  std::vector<SourceFile> out;
  for (std::vector<Open> open{{tree, ""}}; !open.empty();) {
    const auto [id, path] = std::move(open.back());
    open.pop_back();
    const auto oid = to_oid(id);
    const auto handle = make<TreeHandle>(Kind::failure, "cannot read a tree", git_tree_lookup, repository_.get(), &oid);
    for (std::size_t i = 0; i < git_tree_entrycount(handle.get()); ++i) {
      const auto* entry = git_tree_entry_byindex(handle.get(), i);
      const auto name = path + git_tree_entry_name(entry);
      const auto entry_id = from_oid(*git_tree_entry_id(entry));
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        open.push_back({entry_id, name + "/"});
      } else {
        out.push_back({name, static_cast<std::uint32_t>(git_tree_entry_filemode(entry)), entry_id});
      }
    }
  }
  return out;
}

bool SourceRepository::has(const atom::ObjectId& id) const {
  const auto odb =
      make<OdbHandle>(Kind::failure, "cannot open the object store", git_repository_odb, repository_.get());
  const auto oid = to_oid(id);
  return git_odb_exists(odb.get(), &oid) == 1;
}

std::optional<std::string> SourceRepository::commit_text(const atom::ObjectId& id) const {
  const auto odb =
      make<OdbHandle>(Kind::failure, "cannot open the object store", git_repository_odb, repository_.get());
  const auto oid = to_oid(id);
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, odb.get(), &oid) < 0) return std::nullopt;
  const OdbObjectHandle object(raw);
  if (git_odb_object_type(raw) != GIT_OBJECT_COMMIT) return std::nullopt;
  return std::string(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
}

atom::ObjectId SourceRepository::write_commit(const std::string& text) const {
  return write(text, GIT_OBJECT_COMMIT);
}

atom::ObjectId SourceRepository::write_blob(const std::string& text) const {
  return write(text, GIT_OBJECT_BLOB);
}

atom::ObjectId SourceRepository::write(const std::string& text, git_object_t type) const {
  const auto odb =
      make<OdbHandle>(Kind::failure, "cannot open the object store", git_repository_odb, repository_.get());
  git_oid oid;
  check(git_odb_write(&oid, odb.get(), text.data(), text.size(), type), Kind::failure, "cannot write an object");
  return from_oid(oid);
}

std::optional<std::string> SourceRepository::remote_url(const std::string& name) const {
  const auto place = find_repository(directory_);
  if (!place) return std::nullopt;
  const auto config = UserConfig::load_in(*place);
  if (auto url = config.value("remote." + name + ".pushurl")) return url;
  // Git uses the first one, and pushes to all.
  const auto urls = config.values("remote." + name + ".url");
  return urls.empty() ? std::nullopt : std::optional(urls.front());
}

}  // namespace eka::git
