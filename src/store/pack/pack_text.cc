#include "store/pack/pack_text.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "atom/hash/digest.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/object/repository.h"
#include "store/pack/big_endian.h"

namespace eka::store {
namespace {

// Index version 2. No offset here is large enough for the table of 64-bit offsets.
std::string index_of(std::vector<PlacedEntry> entries, std::size_t head_size, std::string_view pack_checksum) {
  std::ranges::sort(entries, {}, &PlacedEntry::id);
  std::string out = "\377tOc" + big_endian(2);
  auto next = entries.begin();
  for (unsigned first = 0; first < 256; ++first) {
    next = std::find_if(next, entries.end(), [&](const PlacedEntry& each) { return each.id.bytes()[0] > first; });
    out += big_endian(static_cast<std::uint32_t>(next - entries.begin()));
  }
  for (const PlacedEntry& each : entries) out += text_of(each.id.bytes());
  for (const PlacedEntry& each : entries) out += big_endian(each.checksum);
  for (const PlacedEntry& each : entries) out += big_endian(static_cast<std::uint32_t>(head_size + each.place));
  out += pack_checksum;
  out += text_of(atom::Sha1::of(out));
  return out;
}

FileDescriptor create_part(const std::filesystem::path& path) {
  FileDescriptor file = create_file(path);
  if (!file) throw_errno("cannot write a pack to the cache");
  return file;
}

void write_part(const FileDescriptor& file, std::string_view content) {
  write_all(file.get(), content, "cannot write a pack to the cache");
}

}  // namespace

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

unsigned type_number(ObjectType type) {
  constexpr std::array<unsigned, 4> numbers = {1, 2, 3, 4};
  return numbers.at(static_cast<std::size_t>(type));
}

std::string entry_head(unsigned type, std::uint64_t size) {
  std::string out;
  unsigned byte = type << 4 | static_cast<unsigned>(size & 15);
  for (size >>= 4; size != 0; size >>= 7) {
    out += static_cast<char>(byte | 0x80);
    byte = static_cast<unsigned>(size & 0x7f);
  }
  return out + static_cast<char>(byte);
}

void write_pack(const std::string& body, std::vector<PlacedEntry> entries, const std::filesystem::path& incoming,
                const std::filesystem::path& packs) {
  const std::string head = "PACK" + big_endian(2) + big_endian(static_cast<std::uint32_t>(entries.size()));
  const auto checksum = atom::Sha1().update(std::string_view(head)).update(std::string_view(body)).finish();
  const std::string name = "pack-" + atom::ObjectId(checksum).hex();
  const Quarantine quarantine = Quarantine::make(incoming);
  {
    const FileDescriptor pack = create_part(quarantine.path() / (name + ".pack"));
    write_part(pack, head);
    write_part(pack, body);
    write_part(pack, text_of(checksum));
  }
  write_part(create_part(quarantine.path() / (name + ".idx")),
             index_of(std::move(entries), head.size(), text_of(checksum)));
  publish_pack(quarantine.path(), packs, name);
}

}  // namespace eka::store
