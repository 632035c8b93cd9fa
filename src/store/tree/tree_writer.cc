#include "store/tree/tree_writer.h"

#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/disk/disk.h"
#include "store/object/tree.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array<timespec, 2> epoch_plus_one{{{1, 0}, {1, 0}}};

FileDescriptor open_root(const fs::path& directory) {
  FileDescriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root) throw_errno("cannot open the directory " + printable(directory.native()));
  return root;
}

// A directory still to be visited, with its name in its parent.
struct Subtree {
  std::string name;
  atom::ObjectId id;
};

[[noreturn]] void throw_cannot_create(std::string_view name) {
  if (errno == EEXIST) {
    throw Error(Kind::integrity,
                "the file system cannot distinguish two names in a directory, one of them \"" + printable(name) + "\"")
        .with_hint(
            "use a file system for the cache (cache.root) that is case-sensitive and does not normalize Unicode");
  }
  throw_errno("cannot write \"" + printable(name) + "\"");
}

// Writer and Checker walk alike: one directory and one descriptor at a time, with a path that grows and shrinks.
class Writer {
 public:
  Writer(Objects& objects, const fs::path& directory) : objects_(objects), root_(open_root(directory)) {}

  void directory(const atom::ObjectId& id) {
    for (const Subtree& subtree : write_entries(id)) {
      const std::size_t length = path_.size();
      if (length != 0) path_ += '/';
      path_ += subtree.name;
      directory(subtree.id);
      path_.resize(length);
    }
  }

 private:
  std::vector<Subtree> write_entries(const atom::ObjectId& id) {
    std::vector<Subtree> subtrees;
    const Object object = objects_.read(id, ObjectType::tree);
    const FileDescriptor here = open_directory_beneath(root_.get(), path_);
    for (const TreeEntry& entry : unwrap(parse_tree(object.content()))) {
      std::string name(entry.name);
      if (entry.kind == EntryKind::directory) {
        if (::mkdirat(here.get(), name.c_str(), 0700) != 0) throw_cannot_create(name);
        subtrees.push_back({std::move(name), entry.id});
      } else if (entry.kind == EntryKind::symlink) {
        write_link(here, name, entry.id);
      } else {
        write_file(here, name, entry);
      }
    }
    // Nothing more is created in this directory itself.
    if (!path_.empty() && ::fchmod(here.get(), 0755) != 0) throw_errno("cannot set the mode of a directory");
    ::futimens(here.get(), epoch_plus_one.data());
    return subtrees;
  }

  void write_file(const FileDescriptor& here, const std::string& name, const TreeEntry& entry) {
    const Object blob = objects_.read(entry.id, ObjectType::blob);
    const mode_t mode = entry.kind == EntryKind::executable ? 0555 : 0444;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const FileDescriptor file(::openat(here.get(), name.c_str(), flags, mode));
    if (!file) throw_cannot_create(name);
    write_all(file.get(), blob.content(), "cannot write \"" + printable(name) + "\"");
    // Restore bits that the umask removed.
    if (::fchmod(file.get(), mode) != 0) throw_errno("cannot set the mode of \"" + printable(name) + "\"");
    ::futimens(file.get(), epoch_plus_one.data());
  }

  void write_link(const FileDescriptor& here, const std::string& name, const atom::ObjectId& id) {
    const Object blob = objects_.read(id, ObjectType::blob);
    unwrap(check_link_target(blob.content()));
    const std::string target(blob.content());
    if (::symlinkat(target.c_str(), here.get(), name.c_str()) != 0) throw_cannot_create(name);
    ::utimensat(here.get(), name.c_str(), epoch_plus_one.data(), AT_SYMLINK_NOFOLLOW);
  }

  Objects& objects_;
  FileDescriptor root_;
  std::string path_;
};

class Checker {
 public:
  Checker(Objects& objects, const fs::path& directory) : objects_(objects), root_(open_root(directory)) {}

  bool directory(const atom::ObjectId& id) {
    std::vector<Subtree> subtrees;
    if (!check_entries(id, subtrees)) return false;
    for (const Subtree& subtree : subtrees) {
      const std::size_t length = path_.size();
      if (length != 0) path_ += '/';
      path_ += subtree.name;
      if (!directory(subtree.id)) return false;
      path_.resize(length);
    }
    return true;
  }

 private:
  bool check_entries(const atom::ObjectId& id, std::vector<Subtree>& subtrees) {
    const Object object = objects_.read(id, ObjectType::tree);
    const FileDescriptor here = open_directory_beneath(root_.get(), path_);
    const auto entries = unwrap(parse_tree(object.content()));
    if (names_in(open_directory_beneath(here.get(), "")).size() != entries.size()) return false;
    for (const TreeEntry& entry : entries) {
      std::string name(entry.name);
      if (!check_entry(here, name, entry)) return false;
      if (entry.kind == EntryKind::directory) subtrees.push_back({std::move(name), entry.id});
    }
    return true;
  }

  static bool check_entry(const FileDescriptor& here, const std::string& name, const TreeEntry& entry) {
    struct stat status{};
    if (::fstatat(here.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (entry.kind == EntryKind::directory) return S_ISDIR(status.st_mode);
    if (entry.kind == EntryKind::symlink) {
      std::array<char, 4097> target{};
      const ssize_t length = ::readlinkat(here.get(), name.c_str(), target.data(), target.size());
      return length > 0 &&
             atom::ObjectId::of("blob", std::string_view(target.data(), static_cast<std::size_t>(length))) == entry.id;
    }
    const mode_t mode = entry.kind == EntryKind::executable ? 0555 : 0444;
    if (!S_ISREG(status.st_mode) || (status.st_mode & 07777) != mode) return false;
    const auto content = read_file_at(here.get(), name, PackLimits{}.object_size);
    return content && atom::ObjectId::of("blob", *content) == entry.id;
  }

  Objects& objects_;
  FileDescriptor root_;
  std::string path_;
};

}  // namespace

void write_tree(Objects& objects, const atom::ObjectId& tree, const fs::path& directory) {
  Writer(objects, directory).directory(tree);
}

void seal(const fs::path& directory) {
  const FileDescriptor root = open_root(directory);
  if (::fchmod(root.get(), 0755) != 0) throw_errno("cannot set the mode of " + printable(directory.native()));
  ::futimens(root.get(), epoch_plus_one.data());
}

bool holds_tree(Objects& objects, const atom::ObjectId& tree, const fs::path& directory) {
  return Checker(objects, directory).directory(tree);
}

}  // namespace eka::store
