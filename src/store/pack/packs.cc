#include "store/pack/packs.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/error.h"
#include "store/object/objects.h"

namespace eka::store {

namespace fs = std::filesystem;

namespace {

// The files that git writes next to a pack and names after it.
constexpr std::array<const char*, 4> companions = {".idx", ".rev", ".bitmap", ".mtimes"};

std::uint64_t size_of(const fs::path& file) {
  std::error_code absent;
  const auto size = fs::file_size(file, absent);
  return absent ? 0 : size;
}

}  // namespace

std::vector<PackFile> list_packs(const fs::path& directory) {
  std::vector<PackFile> packs;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() != ".idx") continue;
    PackFile pack;
    pack.name = entry.path().stem();
    pack.index = entry.path();
    pack.pack = fs::path(entry.path()).replace_extension(".pack");
    std::error_code absent;
    pack.bytes = fs::file_size(pack.pack, absent);
    if (absent) continue;
    pack.all_bytes = pack.bytes;
    for (const char* extension : companions)
      pack.all_bytes += size_of(fs::path(pack.pack).replace_extension(extension));
    packs.push_back(std::move(pack));
  }
  std::ranges::sort(packs, {}, &PackFile::name);
  return packs;
}

std::vector<atom::ObjectId> ids_of_pack(const fs::path& index) {
  std::vector<atom::ObjectId> ids = Objects::of_pack(index).all();
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  return ids;
}

void remove_pack(const PackFile& pack) {
  std::error_code ignored;
  fs::remove(pack.pack, ignored);
  for (const char* extension : companions) fs::remove(fs::path(pack.pack).replace_extension(extension), ignored);
}

void remove_stray_indexes(const fs::path& directory) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const fs::path& file = entry.path();
    const auto is_companion = [&](const char* extension) { return file.extension() == extension; };
    if (std::ranges::none_of(companions, is_companion)) continue;
    const auto pack = fs::symlink_status(fs::path(file).replace_extension(".pack"), ignored);
    if (pack.type() == fs::file_type::not_found) fs::remove(file, ignored);
  }
}

}  // namespace eka::store
