// Builds valid and invalid packs, entry by entry, with arbitrary declared sizes and bases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::test {

std::string deflated(std::string_view content);
std::string varint(std::uint64_t value);  // as in the header of a delta

// "<mode> <name>\0<id>"
std::string tree_entry(std::string_view mode, std::string_view name, const atom::ObjectId& id);

// Delta data: copy `size` bytes at `offset` of the base.
std::string copy_instruction(std::uint32_t offset, std::uint32_t size);
std::string insert_instruction(std::string_view bytes);  // at most 127

class PackBuilder {
 public:
  // Each returns the id of the added object; duplicate content is added once.
  atom::ObjectId blob(std::string_view content) { return object(3, "blob", content); }
  atom::ObjectId tree(std::string_view content) { return object(2, "tree", content); }
  atom::ObjectId commit(std::string_view content) { return object(1, "commit", content); }
  atom::ObjectId commit_of(const atom::ObjectId& tree);
  // A directory from (mode, name, id), sorted as git does.
  atom::ObjectId directory(std::vector<std::pair<std::pair<std::string, std::string>, atom::ObjectId>> entries);

  // An entry as given, without computing anything. Returns its offset.
  std::size_t raw(unsigned type, std::uint64_t declared, std::string_view base, std::string_view compressed);
  // A delta with the base at offset `base`.
  std::size_t delta(std::size_t base, std::string_view instructions);
  // A delta on an object that need not be in the pack.
  std::size_t delta(const atom::ObjectId& base, std::string_view instructions);
  static std::string distance(std::size_t bytes);
  std::size_t next() const { return 12 + body_.size(); }

  // The pack; `count` overrides the number of entries in its header.
  std::string pack(std::int64_t count = -1) const;

 private:
  atom::ObjectId object(unsigned type, std::string_view name, std::string_view content);

  std::string body_;
  std::uint32_t count_ = 0;
  std::vector<atom::ObjectId> present_;
};

std::span<const std::byte> bytes_of(std::string_view text);

}  // namespace eka::test
