#include "engine/maintain/cache_key.h"

#include <algorithm>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {
namespace {

// Increase it when the content of caches changes in a way that makes old ones useless.
constexpr std::string_view key_prefix = "eka-1-";
constexpr std::size_t key_digits = 32;

}  // namespace

std::string cache_key(std::string_view platform, const std::vector<atom::Lock>& locks) {
  std::vector<std::string> texts;
  for (const auto& lock : locks) texts.push_back(lock.text());
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  atom::Blake3 hash;
  for (const auto& text : texts) hash.update(std::to_string(text.size()) + "\n").update(text);
  return std::string(key_prefix) + std::string(platform) + "-" + atom::hex(hash.digest()).substr(0, key_digits);
}

std::vector<std::filesystem::path> lock_files_of(const std::filesystem::path& set) {
  const auto package_set = unwrap(read_package_set(files_of(set)));
  std::vector<std::filesystem::path> out;
  for (const auto& [label, atom] : package_set.atoms) {
    auto file = set / atom.directory / lock_file;
    if (std::filesystem::exists(file)) out.push_back(std::move(file));
  }
  return out;
}

}  // namespace eka::engine
