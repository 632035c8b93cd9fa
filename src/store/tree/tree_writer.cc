#include "store/tree/tree_writer.h"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/disk/disk.h"
#include "store/object/tree.h"
#include "store/tree/tree_pass.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// A directory still to be visited, with its name in its parent.
struct Subtree {
  std::string name;
  atom::ObjectId id;
};

// One directory and one descriptor at a time, with a path that grows and shrinks.
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
    if (!S_ISREG(status.st_mode) || (status.st_mode & 07777) != mode_of_file(entry.kind)) return false;
    const auto content = read_file_at(here.get(), name, PackLimits{}.object_size);
    return content && atom::ObjectId::of("blob", *content) == entry.id;
  }

  Objects& objects_;
  FileDescriptor root_;
  std::string path_;
};

}  // namespace

FileDescriptor open_root(const fs::path& directory) {
  FileDescriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root) throw_errno("cannot open the directory " + printable(directory.native()));
  return root;
}

mode_t mode_of_file(EntryKind kind) {
  return kind == EntryKind::executable ? 0555 : 0444;
}

void write_tree(Objects& objects, const atom::ObjectId& tree, const fs::path& directory,
                const std::optional<WrittenTree>& like) {
  TreePass(tree, {.directory = directory, .like = like}).run(objects);
}

void seal(const fs::path& directory) {
  const FileDescriptor root = open_root(directory);
  if (::fchmod(root.get(), 0755) != 0) throw_errno("cannot set the mode of " + printable(directory.native()));
  ::futimens(root.get(), time_of_files.data());
}

bool holds_tree(Objects& objects, const atom::ObjectId& tree, const fs::path& directory) {
  return Checker(objects, directory).directory(tree);
}

}  // namespace eka::store
