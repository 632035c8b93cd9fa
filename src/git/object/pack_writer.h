// Writes a packfile, object by object, without deltas.
//
//   "PACK", version 2, the number of objects; for each: its type and size, and its deflated content; SHA-1 of all that
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "atom/hash/digest.h"
#include "git/object/deflater.h"

namespace eka::git {

// The numbers used in packs.
enum class ObjectType : std::uint8_t { commit = 1, tree = 2, blob = 3, tag = 4 };

class PackWriter {
 public:
  // `objects` is the number of objects that will be appended.
  explicit PackWriter(std::uint32_t objects);
  // `between` as for Deflater::append().
  void append(ObjectType type, std::string_view content, const std::function<void()>& between = {});
  void finish();

  // Bytes written that have not been taken yet.
  std::size_t pending() const { return out_.size(); }
  std::string take();

 private:
  std::string out_;
  std::size_t hashed_ = 0;  // number of bytes of `out_` that are hashed
  atom::Sha1 sha_;
  Deflater deflater_;
  void hash_new();
};

}  // namespace eka::git
