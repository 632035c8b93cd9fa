// A pack that is small enough to be looked at in memory: unfolded, its objects known by their ids, and ready to be
// written together with others.
//
// A closure of many sets comes as many small packs. To write, index and sync each as files of its own costs far more
// than to fetch it; so small packs are checked here and end in one file (pack_group.h). What is unusual about a pack -
// deltas whose base it does not hold, an object twice, more than fits, anything that does not add up - is not ours to
// judge: libgit2's indexer does, as with large packs.
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
    // As it lies in the pack: what it is a delta of (an earlier entry, or any by its id), or nothing; the size that it
    // declares, and its compressed data.
    std::variant<std::monostate, std::size_t, atom::ObjectId> base;
    std::uint64_t declared = 0;
    std::span<const std::byte> data;
  };

  // Nothing when the pack is not for us: damaged, not complete in itself, or all its objects and deltas together are
  // larger than `limit`. Nothing larger than that is ever held, whatever the pack declares.
  static std::optional<MemoryPack> unfold(std::vector<std::byte> pack, std::size_t limit);

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t bytes() const { return pack_.size(); }

  std::optional<ObjectHeader> header(const atom::ObjectId& id) override;
  bool read(const atom::ObjectId& id, const Take& take) override;

  // When nobody will read any more.
  void forget_contents();

 private:
  explicit MemoryPack(std::vector<std::byte> pack) : pack_(std::move(pack)) {}
  using Places = std::map<std::size_t, std::size_t>;  // where an entry begins, and which it is
  static bool take_head(std::string_view& rest, std::size_t begin, const Places& earlier, Entry& entry);
  bool take_entries(std::size_t limit);
  std::optional<std::size_t> base_of(const Entry& entry) const;
  bool resolve(std::size_t limit);

  std::vector<std::byte> pack_;  // moved, never copied: the entries point into it
  std::vector<Entry> entries_;
  std::unordered_map<atom::ObjectId, std::size_t> by_id_;
};

// The result of a delta (gitformat-pack, "Deltified representation"); nothing when it is none, or not of this base.
// `limit` bounds the result.
std::optional<std::string> apply_delta(std::string_view base, std::string_view delta, std::size_t limit);

}  // namespace eka::store
