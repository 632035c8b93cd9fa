#include "store/tree/nar.h"

#include <cstdint>
#include <string>

#include "atom/hash/digest.h"
#include "store/object/tree.h"

namespace eka::store {
namespace {

using Write = std::function<void(std::string_view)>;

void put_length(std::string& out, std::uint64_t length) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>((length >> (8 * i)) & 0xff);
}

constexpr std::string_view padding(std::size_t length) {
  constexpr std::string_view zeros("\0\0\0\0\0\0\0", 7);
  return zeros.substr(0, (8 - length % 8) % 8);
}

// Buffers the small words of the structure; file contents bypass the buffer.
class Nar {
 public:
  Nar(Objects& objects, const Write& write) : objects_(objects), write_(write) {}

  void archive(const atom::ObjectId& tree) {
    word("nix-archive-1");
    directory(tree);
    flush();
  }

 private:
  void word(std::string_view text) {
    put_length(buffer_, text.size());
    buffer_ += text;
    buffer_ += padding(text.size());
    if (buffer_.size() > 64 << 10) flush();
  }

  void contents(std::string_view bytes) {
    put_length(buffer_, bytes.size());
    flush();
    write_(bytes);
    buffer_ += padding(bytes.size());
  }

  void flush() {
    write_(buffer_);
    buffer_.clear();
  }

  void file(const TreeEntry& entry) {
    word("(");
    word("type");
    if (entry.kind == EntryKind::symlink) {
      const Object blob = objects_.read(entry.id, ObjectType::blob);
      unwrap(check_link_target(blob.content()));
      for (const std::string_view text : {std::string_view("symlink"), std::string_view("target"), blob.content()}) {
        word(text);
      }
    } else {
      word("regular");
      if (entry.kind == EntryKind::executable) {
        word("executable");
        word("");
      }
      word("contents");
      contents(objects_.read(entry.id, ObjectType::blob).content());
    }
    word(")");
  }

  void directory(const atom::ObjectId& id) {
    const Object object = objects_.read(id, ObjectType::tree);
    auto entries = unwrap(parse_tree(object.content()));
    sort_by_name(entries);
    word("(");
    word("type");
    word("directory");
    for (const TreeEntry& entry : entries) {
      word("entry");
      word("(");
      word("name");
      word(entry.name);
      word("node");
      if (entry.kind == EntryKind::directory) {
        directory(entry.id);
      } else {
        file(entry);
      }
      word(")");
    }
    word(")");
  }

  Objects& objects_;
  const Write& write_;
  std::string buffer_;
};

}  // namespace

void write_nar(Objects& objects, const atom::ObjectId& tree, const Write& write) {
  Nar(objects, write).archive(tree);
}

atom::NarHash hash_nar(Objects& objects, const atom::ObjectId& tree) {
  atom::Sha256 hash;
  write_nar(objects, tree, [&](std::string_view bytes) { hash.update(bytes); });
  return atom::NarHash(hash.finish());
}

}  // namespace eka::store
