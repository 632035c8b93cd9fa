#include "git/object/working_tree.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "git/config/repository_format.h"
#include "git/config/safe_directory.h"
#include "git/config/user_config.h"
#include "git/object/ignore_rules.h"
#include "git/object/listing_by_git.h"
#include "git/object/source_repository.h"
#include "git/object/working_file.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

using IndexHandle = std::unique_ptr<git_index, LibgitDeleter<git_index_free>>;

// What the index says about a file.
struct Tracked {
  std::uint32_t mode = 0;
  atom::ObjectId id{};
};

// A working tree, and how its files become entries of a tree.
class Tree {
 public:
  explicit Tree(const fs::path& directory)
      : directory_(fs::canonical(directory)), repository_(open_trusted(directory_)) {
    const char* root = git_repository_workdir(repository_.get());
    const auto place = find_repository(directory_);
    if (root == nullptr && !(place && place->working_tree)) {
      throw Error(Kind::usage, fmt::format("{} is a bare repository", directory.string()));
    }
    root_ = fs::canonical(place && place->working_tree ? *place->working_tree : fs::path(root));
    if (place) config_ = UserConfig::load_in(*place);
    executable_bits_ = config_.is_set("core.filemode", true);
    links_ = config_.is_set("core.symlinks", true);
  }

  git_repository* repository() const { return repository_.get(); }
  const UserConfig& config() const { return config_; }
  const fs::path& directory() const { return directory_; }
  const fs::path& root() const { return root_; }

  // A file on disk. Where the file system cannot store a mode, the index has it.
  WorkingFile on_disk(const fs::path& path, const struct stat& status, const std::optional<Tracked>& tracked) const {
    using Mode = WorkingFile::Mode;
    WorkingFile file{path.lexically_relative(directory_).generic_string(), Mode::file, path, {}, {}};
    const auto mode = tracked ? static_cast<Mode>(tracked->mode) : Mode::file;
    if (S_ISLNK(status.st_mode)) {
      file.mode = Mode::link;
    } else if (!links_ && mode == Mode::link) {
      file.mode = Mode::link;
      file.content = read_working_file(directory_, file.path);
    } else if (executable_bits_ ? (status.st_mode & S_IXUSR) != 0 : mode == Mode::executable) {
      file.mode = Mode::executable;
    }
    return file;
  }

  // A file that is not on disk, because it is outside of a sparse checkout.
  WorkingFile off_disk(const fs::path& path, const Tracked& tracked) const {
    const auto name = path.lexically_relative(root_).generic_string();
    if (tracked.mode == 0160000) refuse_nested(path);
    WorkingFile file{path.lexically_relative(directory_).generic_string(),
                     static_cast<WorkingFile::Mode>(tracked.mode),
                     path,
                     tracked.id,
                     {}};
    const auto oid = to_oid(tracked.id);
    git_blob* raw = nullptr;
    if (git_blob_lookup(&raw, repository_.get(), &oid) < 0) {
      git_error_clear();
      throw Error(Kind::usage, fmt::format("{} is outside of the sparse checkout, and this clone does not have its "
                                           "content",
                                           printable(path.native())))
          .with_hint("check it out: git sparse-checkout add " + printable(fs::path(name).parent_path().native()));
    }
    const BlobHandle blob(raw);
    file.content.emplace(static_cast<const char*>(git_blob_rawcontent(raw)),
                         static_cast<std::size_t>(git_blob_rawsize(raw)));
    return file;
  }

  [[noreturn]] static void refuse_nested(const fs::path& directory) {
    throw Error(Kind::usage,
                fmt::format("{} is a git repository itself: submodules are not supported", directory.string()))
        .with_hint("add it to .gitignore, or make it a separate atom");
  }

 private:
  Libgit2 library_;
  fs::path directory_;
  RepositoryHandle repository_;
  fs::path root_;
  UserConfig config_;
  bool executable_bits_ = true;
  bool links_ = true;
};

// Lists with libgit2.
class Lister {
 public:
  Lister(const Tree& tree, IndexHandle index)
      : tree_(tree), index_(std::move(index)), rules_(tree.config().is_set("core.ignorecase", false)) {
    struct stat status{};
    if (const char* path = git_index_path(index_.get()); path != nullptr && stat(path, &status) == 0) {
      index_written_ = status.st_mtim;
    }
    add_rules_of_user();
  }

  std::vector<WorkingFile> list() {
    // From the root down: a directory above may be ignored, and the file for it has patterns.
    bool ignored = false;
    fs::path here = tree_.root();
    const fs::path below = tree_.directory().lexically_relative(here);
    for (const auto& part : below) {
      if (part == ".") break;
      rules_.add_file(here / ".gitignore", prefix_of(here));
      here /= part;
      ignored = ignored || rules_.ignores(here.lexically_relative(tree_.root()).generic_string(), true);
    }
    walk(tree_.directory(), ignored);
    add_unchecked();
    std::ranges::sort(files_, {}, &WorkingFile::path);
    return std::move(files_);
  }

 private:
  void add_rules_of_user() {
    std::error_code failure;
    const auto excludes = user_excludes(tree_.config());
    // A link is followed, as by git: many users keep their configuration elsewhere. /dev/null means none.
    const auto file = excludes ? fs::canonical(*excludes, failure) : fs::path();
    if (!file.empty() && !failure && fs::is_regular_file(file, failure)) rules_.add_file(file, "");
    rules_.add_file(common_directory(git_repository_path(tree_.repository())) / "info/exclude", "");
  }

  // The path of a directory, relative to the root: "", or with a slash at its end.
  std::string prefix_of(const fs::path& directory) const {
    if (directory == tree_.root()) return "";
    return directory.lexically_relative(tree_.root()).generic_string() + "/";
  }

  // `ignored`: everything in this directory is, unless it is tracked.
  void walk(const fs::path& directory, bool ignored) {
    const auto rules = rules_.size();
    const auto prefix = prefix_of(directory);
    rules_.add_file(directory / ".gitignore", prefix);
    for (const auto& entry : fs::directory_iterator(directory)) {
      const auto& path = entry.path();
      const auto name = prefix + path.filename().generic_string();
      const auto status = entry.symlink_status();
      if (path.filename() == ".git") {
        if (directory != tree_.root()) Tree::refuse_nested(directory);
      } else if (fs::is_directory(status)) {
        const bool skipped = ignored || rules_.ignores(name, true);
        if (!skipped || tracked_below(name + "/")) walk(path, skipped);
      } else if (fs::is_regular_file(status) || fs::is_symlink(status)) {
        if (tracked(name) != nullptr || !(ignored || rules_.ignores(name, false))) add(path, name);
      }
    }
    rules_.shrink(rules);
  }

  const git_index_entry* tracked(const std::string& name) const {
    return git_index_get_bypath(index_.get(), name.c_str(), 0);
  }
  bool tracked_below(const std::string& prefix) const {
    return git_index_find_prefix(nullptr, index_.get(), prefix.c_str()) == 0;
  }

  void add(const fs::path& path, const std::string& name) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) throw Error(Kind::failure, fmt::format("cannot read {}", path.string()));
    const auto* entry = tracked(name);
    files_.push_back(tree_.on_disk(
        path, status, entry == nullptr ? std::nullopt : std::optional(Tracked{entry->mode, from_oid(entry->id)})));
    if (entry != nullptr && vouches(*entry, status)) files_.back().known = from_oid(entry->id);
  }

  // Adds what is outside of a sparse checkout.
  void add_unchecked() {
    const auto prefix = prefix_of(tree_.directory());
    std::size_t at = 0;
    if (!prefix.empty() && git_index_find_prefix(&at, index_.get(), prefix.c_str()) != 0) return;
    for (const std::size_t count = git_index_entrycount(index_.get()); at < count; ++at) {
      const auto* entry = git_index_get_byindex(index_.get(), at);
      if (!std::string_view(entry->path).starts_with(prefix)) return;
      if ((entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) == 0) continue;
      const fs::path path = tree_.root() / entry->path;
      struct stat status{};
      if (lstat(path.c_str(), &status) == 0) continue;
      files_.push_back(tree_.off_disk(path, {entry->mode, from_oid(entry->id)}));
    }
  }

  // As in git: equal stat data, and not modified at the time when the index was written ("racy").
  bool vouches(const git_index_entry& entry, const struct stat& status) const {
    const auto same = [](const git_index_time& time, const timespec& stamp) {
      return time.seconds == static_cast<std::int32_t>(stamp.tv_sec) &&
             (time.nanoseconds == 0 || time.nanoseconds == static_cast<std::uint32_t>(stamp.tv_nsec));
    };
    const bool older =
        status.st_mtim.tv_sec < index_written_.tv_sec ||
        (status.st_mtim.tv_sec == index_written_.tv_sec && status.st_mtim.tv_nsec < index_written_.tv_nsec);
    return older && same(entry.mtime, status.st_mtim) && same(entry.ctime, status.st_ctim) &&
           entry.file_size == static_cast<std::uint32_t>(status.st_size) &&
           (entry.ino == 0 || entry.ino == static_cast<std::uint32_t>(status.st_ino)) && blob_is_raw(entry, status);
  }

  // Git may have filtered the content when it was added: then the blob differs from the file.
  bool blob_is_raw(const git_index_entry& entry, const struct stat& status) const {
    const auto odb =
        make<OdbHandle>(Kind::failure, "cannot open the object store", git_repository_odb, tree_.repository());
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    return git_odb_read_header(&size, &type, odb.get(), &entry.id) == 0 && type == GIT_OBJECT_BLOB &&
           size == static_cast<std::size_t>(status.st_size);
  }

  const Tree& tree_;
  IndexHandle index_;
  IgnoreRules rules_;
  timespec index_written_{};
  std::vector<WorkingFile> files_;
};

// Lists with the user's git.
std::vector<WorkingFile> list_with_git(const Tree& tree) {
  std::vector<WorkingFile> out;
  for (const auto& listed : list_by_git(tree.directory())) {
    const fs::path path = tree.directory() / listed.path;
    if (listed.path.ends_with('/') || listed.mode == 0160000) Tree::refuse_nested(path);
    const auto tracked = listed.tracked ? std::optional(Tracked{listed.mode, listed.id}) : std::nullopt;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) {
      if (listed.skips_worktree) out.push_back(tree.off_disk(path, *tracked));
    } else if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) {
      out.push_back(tree.on_disk(path, status, tracked));
    }
  }
  return out;
}

}  // namespace

std::vector<WorkingFile> list_working_files(const fs::path& directory) {
  const Tree tree(directory);
  git_index* raw = nullptr;
  if (git_repository_index(&raw, tree.repository()) < 0) {
    git_error_clear();
    return list_with_git(tree);
  }
  return Lister(tree, IndexHandle(raw)).list();
}

}  // namespace eka::git
