// Fuzzes the part between a pack's header and its checksum, both of which are generated; the first byte is the number
// of entries.
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/digest.h"
#include "git/libgit2/libgit2.h"
#include "store/pack/memory_pack.h"
#include "tests/atom/fuzz.h"

using namespace eka;
using eka::fuzz::require;

namespace {

constexpr std::size_t limit = 1 << 20;

std::vector<std::byte> framed(std::string_view bytes) {
  std::string pack("PACK\0\0\0\2\0\0\0", 11);
  pack += bytes.empty() ? std::string(1, '\0') : std::string(bytes);
  for (const std::uint8_t byte : atom::Sha1::of(pack)) pack += static_cast<char>(byte);
  const auto* const data = reinterpret_cast<const std::byte*>(pack.data());
  return {data, data + pack.size()};
}

void body(std::string_view bytes) {
  const git::Libgit2 libgit2;
  auto pack = store::MemoryPack::unfold(framed(bytes), limit);
  if (!pack) return;
  std::size_t unfolded = 0;
  for (const auto& entry : pack->entries()) {
    require(entry.id == atom::ObjectId::of(store::name_of(entry.type), entry.content), "an id is not its object's");
    require(pack->header(entry.id)->size == entry.content.size(), "an object is not found by its id");
    require(entry.data.size() <= pack->bytes(), "an entry is larger than the pack");
    if (const auto* base = std::get_if<std::size_t>(&entry.base)) {
      require(&pack->entries()[*base] < &entry, "a delta comes before its base");
    }
    unfolded += entry.content.size();
  }
  require(unfolded <= 2 * limit, "more is held than fits");
}

}  // namespace

EKA_FUZZ(body, "pack")
