#include "git/object/working_tree.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

#include "git/object/source_repository.h"
#include "git/object/working_file.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

using IndexHandle = std::unique_ptr<git_index, LibgitDeleter<git_index_free>>;

class Lister {
 public:
  explicit Lister(const fs::path& directory) : directory_(fs::canonical(directory)) {
    repository_ = open_trusted(directory_);
    git_repository* const raw = repository_.get();
    const char* root = git_repository_workdir(raw);
    if (root == nullptr) throw Error(Kind::usage, fmt::format("{} is a bare repository", directory.string()));
    root_ = fs::canonical(root);
    index_ = make<IndexHandle>(Kind::failure, "cannot read the index", git_repository_index, raw);
    struct stat status{};
    if (const char* path = git_index_path(index_.get()); path != nullptr && stat(path, &status) == 0) {
      index_written_ = status.st_mtim;
    }
  }

  std::vector<WorkingFile> list() {
    for (fs::path above = directory_; above != root_ && above.has_relative_path();) {
      above = above.parent_path();
      check_ignore_file(above);
    }
    walk(directory_);
    std::ranges::sort(files_, {}, &WorkingFile::path);
    return std::move(files_);
  }

 private:
  // libgit2 opens any file of this name: it would block on a pipe, and reads the whole file. (git does not follow links
  // here.)
  static void check_ignore_file(const fs::path& directory) {
    const fs::path file = directory / ".gitignore";
    struct stat status{};
    if (lstat(file.c_str(), &status) != 0) return;
    if (!S_ISREG(status.st_mode)) throw Error(Kind::usage, file.string() + " is not a regular file");
    if (static_cast<std::uint64_t>(status.st_size) > largest_text) {
      throw Error(Kind::usage, fmt::format("{} is too large: {} bytes", file.string(), status.st_size));
    }
  }

  void walk(const fs::path& directory) {
    check_ignore_file(directory);
    for (const auto& entry : fs::directory_iterator(directory)) {
      const auto& path = entry.path();
      const auto name = path.lexically_relative(root_).generic_string();
      const auto status = entry.symlink_status();
      if (path.filename() == ".git") {
        if (directory != root_) refuse_nested(directory);
      } else if (fs::is_directory(status)) {
        if (!ignored(name + "/") || tracked_below(name + "/")) walk(path);
      } else if ((fs::is_regular_file(status) || fs::is_symlink(status)) && (tracked(name) || !ignored(name))) {
        add(path, name);
      }
    }
  }

  [[noreturn]] static void refuse_nested(const fs::path& directory) {
    throw Error(Kind::usage,
                fmt::format("{} is a git repository itself: submodules are not supported", directory.string()))
        .with_hint("add it to .gitignore, or make it a separate atom");
  }

  bool ignored(const std::string& name) const {
    int out = 0;
    check(git_ignore_path_is_ignored(&out, repository_.get(), name.c_str()), Kind::failure, "cannot read .gitignore");
    return out == 1;
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
    WorkingFile file{path.lexically_relative(directory_).generic_string(), WorkingFile::Mode::file, path, {}};
    if (S_ISLNK(status.st_mode)) {
      file.mode = WorkingFile::Mode::link;
    } else if ((status.st_mode & S_IXUSR) != 0) {
      file.mode = WorkingFile::Mode::executable;
    }
    if (const auto* entry = tracked(name); entry != nullptr && vouches(*entry, status))
      file.known = from_oid(entry->id);
    files_.push_back(std::move(file));
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
        make<OdbHandle>(Kind::failure, "cannot open the object store", git_repository_odb, repository_.get());
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    return git_odb_read_header(&size, &type, odb.get(), &entry.id) == 0 && type == GIT_OBJECT_BLOB &&
           size == static_cast<std::size_t>(status.st_size);
  }

  Libgit2 library_;
  RepositoryHandle repository_;
  IndexHandle index_;
  timespec index_written_{};
  fs::path directory_;
  fs::path root_;
  std::vector<WorkingFile> files_;
};

}  // namespace

std::vector<WorkingFile> list_working_files(const fs::path& directory) {
  return Lister(directory).list();
}

}  // namespace eka::git
