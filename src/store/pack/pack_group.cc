#include "store/pack/pack_group.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "store/pack/pack_text.h"
#include "store/zlib/inflate.h"

namespace eka::store {
namespace {

// The encoded distance to the base of a delta.
std::string distance_text(std::uint64_t distance) {
  std::string out(1, static_cast<char>(distance & 0x7f));
  while (distance >>= 7) out.insert(out.begin(), static_cast<char>(0x80 | (--distance & 0x7f)));
  return out;
}

class Group {
 public:
  void add(const MemoryPack& member) {
    std::vector<std::size_t> places;  // offset of each of its entries in body_
    for (const MemoryPack::Entry& entry : member.entries()) {
      const auto [known, is_new] = places_.emplace(entry.id, body_.size());
      places.push_back(known->second);
      if (is_new) append(entry, places);
    }
  }

  void write(const std::filesystem::path& incoming, const std::filesystem::path& packs) && {
    write_pack(body_, std::move(placed_), incoming, packs);
  }

 private:
  void append(const MemoryPack::Entry& entry, const std::vector<std::size_t>& places) {
    const std::size_t begin = body_.size();
    if (const auto* base = std::get_if<std::size_t>(&entry.base)) {
      body_ += entry_head(6, entry.declared) + distance_text(begin - places[*base]);
    } else if (const auto* id = std::get_if<atom::ObjectId>(&entry.base)) {
      body_ += entry_head(7, entry.declared);
      body_ += text_of(id->bytes());
    } else {
      body_ += entry_head(type_number(entry.type), entry.declared);
    }
    body_.append(reinterpret_cast<const char*>(entry.data.data()), entry.data.size());
    const std::uint32_t checksum = crc32_of(std::string_view(body_).substr(begin));
    placed_.push_back({entry.id, checksum, static_cast<std::uint32_t>(begin)});
  }

  std::string body_;
  std::unordered_map<atom::ObjectId, std::size_t> places_;  // offsets in body_
  std::vector<PlacedEntry> placed_;
};

}  // namespace

void write_together(const std::vector<const MemoryPack*>& members, const std::filesystem::path& incoming,
                    const std::filesystem::path& packs) {
  Group group;
  for (const MemoryPack* member : members) group.add(*member);
  std::move(group).write(incoming, packs);
}

}  // namespace eka::store
