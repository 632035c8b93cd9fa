#include "store/pack/pack_group.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include <fcntl.h>

#include "atom/hash/digest.h"
#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/object/repository.h"
#include "store/pack/big_endian.h"
#include "store/pack/inflate.h"

namespace eka::store {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Type and size at the start of an entry (gitformat-pack).
std::string entry_head(unsigned type, std::uint64_t size) {
  std::string out;
  unsigned byte = type << 4 | static_cast<unsigned>(size & 15);
  for (size >>= 4; size != 0; size >>= 7) {
    out += static_cast<char>(byte | 0x80);
    byte = static_cast<unsigned>(size & 0x7f);
  }
  return out + static_cast<char>(byte);
}

// The encoded distance to the base of a delta.
std::string distance_text(std::uint64_t distance) {
  std::string out(1, static_cast<char>(distance & 0x7f));
  while (distance >>= 7) out.insert(out.begin(), static_cast<char>(0x80 | (--distance & 0x7f)));
  return out;
}

unsigned type_number(ObjectType type) {
  constexpr std::array<unsigned, 4> numbers = {1, 2, 3, 4};
  return numbers.at(static_cast<std::size_t>(type));
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

  std::string pack() const {
    std::string out = head() + body_;
    out += text_of(atom::Sha1::of(out));
    return out;
  }

  // Index version 2 (gitformat-pack). No offset here is large enough for the table of 64-bit offsets.
  std::string index(std::string_view pack_checksum) {
    std::ranges::sort(index_, {}, &Indexed::id);
    std::string out = "\377tOc" + big_endian(2);
    auto next = index_.begin();
    for (unsigned first = 0; first < 256; ++first) {
      next = std::find_if(next, index_.end(), [&](const Indexed& each) { return each.id.bytes()[0] > first; });
      out += big_endian(static_cast<std::uint32_t>(next - index_.begin()));
    }
    for (const Indexed& each : index_) out += text_of(each.id.bytes());
    for (const Indexed& each : index_) out += big_endian(each.checksum);
    for (const Indexed& each : index_) out += big_endian(each.place);
    out += pack_checksum;
    out += text_of(atom::Sha1::of(out));
    return out;
  }

 private:
  struct Indexed {
    atom::ObjectId id;
    std::uint32_t checksum;  // CRC-32 of the entry as written
    std::uint32_t place;
  };

  static constexpr std::size_t head_size = 12;
  std::string head() const { return "PACK" + big_endian(2) + big_endian(static_cast<std::uint32_t>(index_.size())); }

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
    index_.push_back({entry.id, checksum, static_cast<std::uint32_t>(head_size + begin)});
  }

  std::string body_;
  std::unordered_map<atom::ObjectId, std::size_t> places_;  // offsets in body_
  std::vector<Indexed> index_;
};

void write_new(const std::filesystem::path& path, std::string_view content) {
  const FileDescriptor file = create_file(path);
  if (!file) throw_errno("cannot write a pack to the cache");
  write_all(file.get(), content, "cannot write a pack to the cache");
}

}  // namespace

void write_together(const std::vector<const MemoryPack*>& members, const std::filesystem::path& incoming,
                    const std::filesystem::path& packs) {
  Group group;
  for (const MemoryPack* member : members) group.add(*member);
  const std::string pack = group.pack();
  const std::string_view checksum = std::string_view(pack).substr(pack.size() - atom::ObjectId::size);
  std::array<std::uint8_t, atom::ObjectId::size> bytes{};
  std::ranges::copy(checksum, reinterpret_cast<char*>(bytes.data()));
  const std::string name = "pack-" + atom::ObjectId(bytes).hex();
  const Quarantine quarantine = Quarantine::make(incoming);
  write_new(quarantine.path() / (name + ".pack"), pack);
  write_new(quarantine.path() / (name + ".idx"), group.index(checksum));
  publish_pack(quarantine.path(), packs, name);
}

}  // namespace eka::store
