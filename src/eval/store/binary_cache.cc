#include "eval/store/binary_cache.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <system_error>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "base/error.h"
#include "eval/store/derivation.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view store_prefix = "/nix/store/";
constexpr std::size_t path_hash_size = 32;
constexpr std::uintmax_t most_cache_bytes = std::uintmax_t{256} << 20;

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(Kind::failure, "cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_whole(const fs::path& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw Error(Kind::failure, "cannot write " + file.string());
}

// "Name: value" in each line.
std::map<std::string, std::string> narinfo_fields(const std::string& text) {
  std::map<std::string, std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    if (const auto colon = line.find(": "); colon != std::string::npos)
      out[line.substr(0, colon)] = line.substr(colon + 2);
    at = end + 1;
  }
  return out;
}

std::vector<std::string> references_in(std::string text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto name = text.substr(0, text.find(' '));
    text.erase(0, name.size() + 1);
    if (!name.empty()) out.push_back(std::string(store_prefix) + name);
  }
  std::ranges::sort(out);
  return out;
}

// "text:sha256:" of "text:sha256:094q…".
std::string method_of(const std::string& address) {
  const auto colon = address.rfind(':');
  return colon == std::string::npos ? std::string() : address.substr(0, colon + 1);
}

}  // namespace

std::vector<StoreObject> read_binary_cache(const fs::path& directory, coro::Stop stop) {
  std::vector<StoreObject> out;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    stop.check();
    if (entry.path().extension() != ".narinfo") continue;
    auto fields = narinfo_fields(read_whole(entry.path()));
    const fs::path nar = directory / fields["URL"];
    std::error_code missing;
    bytes += fs::file_size(nar, missing);
    if (missing || bytes > most_cache_bytes) {
      throw Error(Kind::failure,
                  missing ? "cannot read " + nar.string() : "the derivations and their sources are too large");
    }
    StoreObject object{fields["StorePath"], references_in(fields["References"]), method_of(fields["CA"]),
                       read_whole(nar)};
    if (content_address(object).empty()) {
      throw Error(Kind::failure, object.path + " is not identified by its content");
    }
    out.push_back(std::move(object));
  }
  return out;
}

void write_binary_cache(const fs::path& directory, const std::vector<StoreObject>& objects, coro::Stop stop) {
  fs::create_directory(directory / "nar");
  write_whole(directory / "nix-cache-info", "StoreDir: /nix/store\n");
  for (const StoreObject& object : objects) {
    stop.check();
    const std::string address = content_address(object);
    if (address.empty()) continue;
    const std::string hash = object.path.substr(store_prefix.size(), path_hash_size);
    std::string info = "StorePath: " + object.path + "\nURL: nar/" + hash +
                       ".nar\nCompression: none\nNarHash: sha256:" + atom::nix_base32(atom::Sha256::of(object.nar)) +
                       "\nNarSize: " + std::to_string(object.nar.size()) + "\nReferences: ";
    for (const std::string& reference : object.references) {
      info += (&reference == object.references.data() ? "" : " ") + reference.substr(store_prefix.size());
    }
    write_whole(directory / ("nar/" + hash + ".nar"), object.nar);
    write_whole(directory / (hash + ".narinfo"), info + "\nCA: " + address + "\n");
  }
}

}  // namespace eka::eval
