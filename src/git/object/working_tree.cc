#include "git/object/working_tree.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "coro/process/descriptor.h"
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

Error cannot_read(const fs::path& path) {
  return Error(Kind::failure,
               fmt::format("cannot read {}: {}", printable(path.native()), std::generic_category().message(errno)));
}

// An entry of a directory. The name of a directory ends with a slash, as git sorts it.
struct Name {
  std::string text;
  bool is_directory = false;
};

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

// Opens a directory; a link is not followed.
coro::Descriptor open_directory(int parent, const char* name, const fs::path& path) {
  coro::Descriptor here(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (here.get() < 0) throw cannot_read(path);
  return here;
}

bool is_directory_at(int parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status{};
  return ::fstatat(parent, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

// In git's order.
std::vector<Name> names_in(int directory, const fs::path& path) {
  const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(open_directory(directory, ".", path).release()));
  if (!stream) throw cannot_read(path);
  std::vector<Name> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name(entry->d_name);
    if (name == "." || name == "..") continue;
    const bool is_directory = is_directory_at(directory, *entry);
    if (is_directory) name += '/';
    names.push_back({std::move(name), is_directory});
    errno = 0;
  }
  if (errno != 0) throw cannot_read(path);
  std::ranges::sort(names, {}, &Name::text);
  return names;
}

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

  // A file on disk, at `path` below the directory. Where the file system cannot store a mode, the index has it.
  WorkingFile on_disk(std::string path, const struct stat& status, const std::optional<Tracked>& tracked) const {
    using Mode = WorkingFile::Mode;
    WorkingFile file{.path = std::move(path), .state = state_of(status)};
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
    WorkingFile file{.path = path.lexically_relative(directory_).generic_string(),
                     .mode = static_cast<WorkingFile::Mode>(tracked.mode),
                     .known = tracked.id};
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
  Lister(const Tree& tree, IndexHandle index, const RecallBlob& recall)
      : tree_(tree), index_(std::move(index)), recall_(recall), rules_(tree.config().is_set("core.ignorecase", false)) {
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
    above_ = prefix_of(tree_.directory());
    walk(open_directory(AT_FDCWD, tree_.directory().c_str(), tree_.directory()).get(), above_, ignored);
    if (add_unchecked()) std::ranges::sort(files_, {}, &WorkingFile::path);
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

  // The open directory `here` has the path `prefix`. `ignored`: everything in it is, unless it is tracked. In git's
  // order, so the files need not be sorted.
  void walk(int here, const std::string& prefix, bool ignored) {
    const auto rules = rules_.size();
    const auto names = names_in(here, tree_.root() / prefix);
    const auto has = [&](const char* name) { return std::ranges::find(names, name, &Name::text) != names.end(); };
    if (!prefix.empty() && (has(".git") || has(".git/")))
      Tree::refuse_nested(tree_.root() / prefix.substr(0, prefix.size() - 1));
    if (has(".gitignore")) rules_.add_file(tree_.root() / prefix / ".gitignore", prefix);
    for (const auto& [name, is_directory] : names) {
      const auto path = prefix + name;
      if (is_directory) {
        if (name != ".git/") enter(here, name, path, ignored);
      } else if (name != ".git") {
        add(here, name, path, ignored);
      }
    }
    rules_.shrink(rules);
  }

  // `path` ends with a slash.
  void enter(int parent, const std::string& name, const std::string& path, bool ignored) {
    const bool skipped = ignored || rules_.ignores(std::string_view(path).substr(0, path.size() - 1), true);
    if (skipped && !tracked_below(path)) return;
    walk(open_directory(parent, name.c_str(), tree_.root() / path).get(), path, skipped);
  }

  const git_index_entry* tracked(const std::string& name) const {
    return git_index_get_bypath(index_.get(), name.c_str(), 0);
  }
  bool tracked_below(const std::string& prefix) const {
    return git_index_find_prefix(nullptr, index_.get(), prefix.c_str()) == 0;
  }

  void add(int parent, const std::string& name, const std::string& path, bool ignored) {
    const auto* entry = tracked(path);
    if (entry == nullptr && (ignored || rules_.ignores(path, false))) return;
    struct stat status{};
    if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) throw cannot_read(tree_.root() / path);
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return;
    auto& file = files_.emplace_back(
        tree_.on_disk(path.substr(above_.size()), status,
                      entry == nullptr ? std::nullopt : std::optional(Tracked{entry->mode, from_oid(entry->id)})));
    if (recall_) file.known = recall_(file.path, file.state);
    if (!file.known && entry != nullptr && vouches(*entry, status)) file.known = from_oid(entry->id);
  }

  // Adds what is outside of a sparse checkout; returns whether there is anything.
  bool add_unchecked() {
    const auto count_before = files_.size();
    std::size_t at = 0;
    if (!above_.empty() && git_index_find_prefix(&at, index_.get(), above_.c_str()) != 0) return false;
    for (const std::size_t count = git_index_entrycount(index_.get()); at < count; ++at) {
      const auto* entry = git_index_get_byindex(index_.get(), at);
      if (!std::string_view(entry->path).starts_with(above_)) break;
      if ((entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) == 0) continue;
      const fs::path path = tree_.root() / entry->path;
      struct stat status{};
      if (lstat(path.c_str(), &status) == 0) continue;
      files_.push_back(tree_.off_disk(path, {entry->mode, from_oid(entry->id)}));
    }
    return files_.size() != count_before;
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
  const RecallBlob& recall_;
  IgnoreRules rules_;
  std::string above_;  // the prefix of the listed directory
  timespec index_written_{};
  std::vector<WorkingFile> files_;
};

// Lists with the user's git.
std::vector<WorkingFile> list_with_git(const Tree& tree, const RecallBlob& recall) {
  std::vector<WorkingFile> out;
  for (const auto& listed : list_by_git(tree.directory())) {
    const fs::path path = tree.directory() / listed.path;
    if (listed.path.ends_with('/') || listed.mode == 0160000) Tree::refuse_nested(path);
    const auto tracked = listed.tracked ? std::optional(Tracked{listed.mode, listed.id}) : std::nullopt;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) {
      if (listed.skips_worktree) out.push_back(tree.off_disk(path, *tracked));
    } else if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) {
      auto& file = out.emplace_back(tree.on_disk(listed.path, status, tracked));
      if (recall) file.known = recall(file.path, file.state);
    }
  }
  return out;
}

}  // namespace

std::vector<WorkingFile> list_working_files(const fs::path& directory, const RecallBlob& recall) {
  const Tree tree(directory);
  git_index* raw = nullptr;
  if (git_repository_index(&raw, tree.repository()) < 0) {
    git_error_clear();
    return list_with_git(tree, recall);
  }
  return Lister(tree, IndexHandle(raw), recall).list();
}

}  // namespace eka::git
