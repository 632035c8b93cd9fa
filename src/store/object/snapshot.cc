#include "store/object/snapshot.h"

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>

#include "git/object/working_file.h"
#include "store/object/bounds.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;
using git::WorkingFile;

struct Entry {
  std::string mode;
  std::string name;
  atom::ObjectId id;

  // Git sorts a directory as if its name ended with a slash.
  std::string order() const { return mode == "40000" ? name + "/" : name; }
};

std::string content_of(const WorkingFile& file) {
  if (file.content) return *file.content;
  if (file.mode == WorkingFile::Mode::link) return fs::read_symlink(file.on_disk).string();
  auto content = git::read_working_file(file.on_disk.parent_path(), file.on_disk.filename(), PackLimits{}.object_size);
  if (!content) throw Error(Kind::failure, "cannot read " + file.on_disk.string() + ": it was removed");
  return *std::move(content);
}

const char* mode_of(WorkingFile::Mode mode) {
  switch (mode) {
    case WorkingFile::Mode::file:
      return "100644";
    case WorkingFile::Mode::executable:
      return "100755";
    case WorkingFile::Mode::link:
      return "120000";
  }
  return "";
}

class Snapshot {
 public:
  explicit Snapshot(Objects& objects) : objects_(objects) {}

  // Builds the tree of files in one directory. `depth` is the length of that directory's path, including the slash.
  atom::ObjectId tree(std::span<const WorkingFile> files, std::size_t depth) {
    std::vector<Entry> entries;
    while (!files.empty()) {
      const auto& first = files.front();
      const auto slash = first.path.find('/', depth);
      if (slash == std::string::npos) {
        entries.push_back({mode_of(first.mode), first.path.substr(depth), blob(first)});
        files = files.subspan(1);
        continue;
      }
      const auto directory = first.path.substr(0, slash + 1);
      const auto end = std::ranges::find_if_not(files, [&](const auto& f) { return f.path.starts_with(directory); });
      const auto below = files.first(static_cast<std::size_t>(end - files.begin()));
      entries.push_back({"40000", directory.substr(depth, slash - depth), tree(below, slash + 1)});
      files = files.subspan(below.size());
    }
    return write(std::move(entries));
  }

 private:
  atom::ObjectId blob(const WorkingFile& file) {
    if (file.known && objects_.header(*file.known)) return *file.known;
    return objects_.write(ObjectType::blob, content_of(file));
  }

  atom::ObjectId write(std::vector<Entry> entries) {
    std::ranges::sort(entries, {}, &Entry::order);
    std::string content;
    for (const auto& entry : entries) {
      content += entry.mode + " " + entry.name + '\0';
      for (const auto byte : entry.id.bytes()) content += static_cast<char>(byte);
    }
    return objects_.write(ObjectType::tree, content);
  }

  Objects& objects_;
};

}  // namespace

atom::ObjectId write_snapshot(Objects& objects, const std::vector<git::WorkingFile>& files) {
  return Snapshot(objects).tree(files, 0);
}

}  // namespace eka::store
