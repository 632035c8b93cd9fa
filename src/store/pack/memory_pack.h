// A pack small enough to be checked in memory: unpacked, with its objects accessible by id, and ready to be written
// together with others.
//
// The closure of many sets arrives as many small packs. Writing, indexing and syncing each one separately costs far
// more than fetching it; so small packs are checked here and written to one file (pack_group.h). Unusual packs (deltas
// with missing bases, duplicate objects, over the size limit, invalid data) are not judged here: libgit2's indexer
// handles them, like large packs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/object/object_source.h"

namespace eka::store {

class MemoryPack final : public ObjectSource {
 public:
  struct Entry {
    atom::ObjectId id;
    ObjectType type = ObjectType::blob;
    std::string content;  // until forget_contents()
    // As in the pack: the base if it is a delta (an earlier entry, or any object by id); the declared size, and the
    // compressed data.
    std::variant<std::monostate, std::size_t, atom::ObjectId> base;
    std::uint64_t declared = 0;
    std::span<const std::byte> data;
  };

  // Returns nullopt if the pack is damaged or not self-contained, or if its objects and deltas together exceed `limit`.
  // Never holds more than that, whatever the pack declares.
  static std::optional<MemoryPack> unfold(std::vector<std::byte> pack, std::size_t limit);

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t bytes() const { return pack_.size(); }

  std::optional<ObjectHeader> header(const atom::ObjectId& id) override;
  bool read(const atom::ObjectId& id, const Take& take) override;

  // Call it after the last read.
  void forget_contents();

 private:
  explicit MemoryPack(std::vector<std::byte> pack) : pack_(std::move(pack)) {}
  using Places = std::map<std::size_t, std::size_t>;  // offset -> index of the entry
  static bool take_head(std::string_view& rest, std::size_t begin, const Places& earlier, Entry& entry);
  bool take_entries(std::size_t limit);
  std::optional<std::size_t> base_of(const Entry& entry) const;
  bool resolve(std::size_t limit);

  std::vector<std::byte> pack_;  // moved, never copied: the entries point into it
  std::vector<Entry> entries_;
  std::unordered_map<atom::ObjectId, std::size_t> by_id_;
};

// The result of applying a delta (gitformat-pack, "Deltified representation"); nullopt if the delta is invalid or has
// another base. `limit` bounds the result's size.
std::optional<std::string> apply_delta(std::string_view base, std::string_view delta, std::size_t limit);

}  // namespace eka::store
