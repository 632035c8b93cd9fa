#include "store/source/unpack.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "git/object/pack_writer.h"
#include "store/disk/disk.h"
#include "store/object/entry_name.h"
#include "store/object/tree.h"
#include "store/source/archive_reader.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

Error refusal(std::string_view path, std::string_view why) {
  return Error(Kind::integrity, "invalid archive: entry \"" + printable(path) + "\" " + std::string(why));
}

// The components of an entry's name; empty for the root itself.
std::vector<std::string_view> components_of(std::string_view path) {
  if (path.starts_with('/')) throw refusal(path, "has an absolute path");
  std::vector<std::string_view> out;
  for (std::string_view rest = path; !rest.empty();) {
    const auto component = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), component.size() + 1));
    if (component.empty() || component == ".") continue;
    if (const auto why = why_refused(component)) throw refusal(path, *why);
    out.push_back(component);
  }
  if (out.size() > TreeLimits{}.depth) throw refusal(path, "is nested too deeply");
  if (path.size() > TreeLimits{}.path) throw refusal(path, "has a path that is too long");
  return out;
}

struct Node {
  EntryKind kind = EntryKind::directory;
  atom::ObjectId id{};
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children{};
};

// Writes objects, each once, as a pack file without its trailing checksum. finish() fills in the object count.
class PackedFile {
 public:
  PackedFile(const fs::path& path, coro::Stop stop)
      : stop_(stop), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (!file_) throw_errno("cannot write to the cache");
  }

  atom::ObjectId add(git::ObjectType type, std::string_view name, std::string_view content) {
    const auto id = atom::ObjectId::of(name, content);
    if (!written_.insert(id).second) return id;
    pack_.append(type, content, [this] { stop_.check(); });
    if (pack_.pending() > std::size_t{1} << 20) flush();
    return id;
  }

  void finish() {
    flush();
    const auto count = static_cast<std::uint32_t>(written_.size());
    std::string number;
    for (const int shift : {24, 16, 8, 0}) number += static_cast<char>(count >> shift);
    if (::pwrite(file_.get(), number.data(), number.size(), 8) != 4) throw_errno("cannot write to the cache");
  }

 private:
  void flush() { write_all(file_.get(), pack_.take(), "cannot write to the cache"); }

  coro::Stop stop_;
  FileDescriptor file_;
  git::PackWriter pack_{0};
  std::unordered_set<atom::ObjectId> written_;
};

class Unpacker {
 public:
  Unpacker(const fs::path& archive, const fs::path& pack, coro::Stop stop, const ArchiveLimits& limits)
      : bytes_left_(bytes_of(archive, limits)),
        archive_(archive, 2 * bytes_left_ + 10'240, stop),
        pack_(pack, stop),
        limits_(limits),
        stop_(stop) {}

  atom::ObjectId finish() {
    std::uint64_t headers = 0;
    while (const auto entry = archive_.next()) {
      // Counted separately from the entries of the tree: an archive may contain one file many times.
      if (++headers > limits_.entries) {
        throw refusal(entry->path, "exceeds the maximum number of entries: " + std::to_string(limits_.entries));
      }
      take(*entry);
    }
    const Node* top = &root_;
    if (root_.children.empty()) throw Error(Kind::integrity, "the archive is empty");
    if (root_.children.size() == 1) top = root_.children.begin()->second.get();
    if (top->kind != EntryKind::directory) {
      throw refusal(root_.children.begin()->first, "is the only entry and not a directory");
    }
    const auto tree = write_tree(*top);
    pack_.finish();
    return tree;
  }

 private:
  static std::uint64_t bytes_of(const fs::path& archive, const ArchiveLimits& limits) {
    const auto size = static_cast<std::uint64_t>(fs::file_size(archive));
    return std::min(limits.unpacked_base + size * limits.expansion, TreeLimits{}.bytes);
  }

  void take(const ArchiveEntry& entry) {
    const auto names = components_of(entry.path);
    if (names.empty()) {
      if (entry.kind == ArchiveEntry::Kind::directory) return;
      throw refusal(entry.path, "has no name");
    }
    Node& parent = directory_at(entry.path, std::span(names).first(names.size() - 1));
    const auto name = names.back();
    switch (entry.kind) {
      case ArchiveEntry::Kind::directory:
        enter(entry.path, parent, name);
        return;
      case ArchiveEntry::Kind::file:
        put(entry.path, parent, name, entry.executable ? EntryKind::executable : EntryKind::file, read_file(entry));
        return;
      case ArchiveEntry::Kind::symlink:
        if (auto fine = check_link_target(entry.target); !fine) throw std::move(fine).error().within(entry.path);
        put(entry.path, parent, name, EntryKind::symlink, blob(entry.target));
        return;
      case ArchiveEntry::Kind::hardlink: {
        const Node& original = file_at(entry);
        put(entry.path, parent, name, original.kind, original.id);
        return;
      }
      case ArchiveEntry::Kind::other:
        throw refusal(entry.path, "is a device, FIFO or socket");
    }
  }

  // The directory `name` in `parent`, created if needed.
  Node& enter(std::string_view path, Node& parent, std::string_view name) {
    const auto found = parent.children.find(name);
    if (found == parent.children.end()) {
      count(path);
      return *parent.children.emplace(name, std::make_unique<Node>()).first->second;
    }
    Node& there = *found->second;
    if (there.kind == EntryKind::symlink) throw refusal(path, "is below a symbolic link");
    if (there.kind != EntryKind::directory) throw refusal(path, "is below a file");
    return there;
  }

  Node& directory_at(std::string_view path, std::span<const std::string_view> names) {
    Node* at = &root_;
    for (const auto name : names) at = &enter(path, *at, name);
    return *at;
  }

  void put(std::string_view path, Node& parent, std::string_view name, EntryKind kind, atom::ObjectId id) {
    auto& there = parent.children[std::string(name)];
    if (there && there->kind == EntryKind::directory) throw refusal(path, "is also a directory in the archive");
    if (!there) {
      count(path);
      there = std::make_unique<Node>();
    }
    there->kind = kind;
    there->id = id;
  }

  const Node& file_at(const ArchiveEntry& entry) const {
    const Node* at = &root_;
    for (const auto name : components_of(entry.target)) {
      const auto found = at->children.find(name);
      if (found == at->children.end()) throw refusal(entry.path, "is a hard link to a missing file");
      at = found->second.get();
    }
    if (at->kind == EntryKind::directory) throw refusal(entry.path, "is a hard link to a directory");
    return *at;
  }

  atom::ObjectId read_file(const ArchiveEntry& entry) {
    content_.clear();
    while (true) {
      const auto bytes = archive_.read();
      if (bytes.empty()) return blob(content_);
      if (content_.size() + bytes.size() > PackLimits{}.object_size) {
        throw refusal(entry.path, "is larger than " + std::to_string(PackLimits{}.object_size >> 20) + " MiB");
      }
      if (bytes.size() > bytes_left_) throw refusal(entry.path, "exceeds the expansion limit");
      bytes_left_ -= bytes.size();
      content_ += bytes;
    }
  }

  atom::ObjectId blob(std::string_view content) { return pack_.add(git::ObjectType::blob, "blob", content); }

  // Recursion is bounded: components_of() limits the depth.
  atom::ObjectId write_tree(const Node& directory) {
    struct Line {
      std::string order, text;  // git sorts a directory as if its name ended with a slash
    };
    stop_.check();
    std::vector<Line> lines;
    for (const auto& [name, child] : directory.children) {
      const bool is_directory = child->kind == EntryKind::directory;
      const auto id = is_directory ? write_tree(*child) : child->id;
      std::string text = std::string(mode_of(child->kind)) + " " + name + '\0';
      for (const auto byte : id.bytes()) text += static_cast<char>(byte);
      lines.push_back({is_directory ? name + "/" : name, std::move(text)});
    }
    std::ranges::sort(lines, {}, &Line::order);
    std::string content;
    for (const auto& line : lines) content += line.text;
    return pack_.add(git::ObjectType::tree, "tree", content);
  }

  static std::string_view mode_of(EntryKind kind) {
    switch (kind) {
      case EntryKind::file:
        return "100644";
      case EntryKind::executable:
        return "100755";
      case EntryKind::symlink:
        return "120000";
      case EntryKind::directory:
        return "40000";
    }
    return "";
  }

  void count(std::string_view path) {
    if (++entries_ > limits_.entries) {
      throw refusal(path, "exceeds the maximum number of entries: " + std::to_string(limits_.entries));
    }
  }

  std::uint64_t bytes_left_;  // remaining size for files
  ArchiveReader archive_;
  PackedFile pack_;
  ArchiveLimits limits_;
  coro::Stop stop_;
  std::uint64_t entries_ = 0;
  std::string content_;
  Node root_;
};

}  // namespace

atom::ObjectId unpack(const fs::path& archive, const fs::path& pack, coro::Stop stop, const ArchiveLimits& limits) {
  return Unpacker(archive, pack, stop, limits).finish();
}

}  // namespace eka::store
