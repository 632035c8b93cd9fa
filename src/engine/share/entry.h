// An evaluation as an entry of a remote cache: signed, with the derivation and everything it refers to.
//
//   eka evaluation 1
//   signature <name>:<base64>        of all other lines; "unsigned" without a key
//   key <evaluation key>
//   blob <SHA-256> <size>            objects that other entries need as well; any number of lines
//   evaluation <size>                then that many bytes: Recalled::text()
//   objects <size>                   then that many bytes: the other objects
//
// Objects (eval/store/store_object.h) are compressed with zlib, in blobs and in entries. All functions are pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/digest.h"
#include "atom/hash/signature.h"
#include "base/error.h"
#include "store/remote/action_result.h"

namespace eka::engine {

struct SharedEntry {
  std::string key;
  std::string evaluation;
  std::string objects;
  std::vector<store::RemoteBlob> blobs{};

  // `signer` may be null.
  std::string text(const atom::SecretKey* signer) const;
  // Kind::integrity for a text of another form; `is_signed` is whether one of `keys` has signed it.
  static Result<SharedEntry> parse(std::string_view text, std::span<const atom::PublicKey> keys, bool& is_signed);
};

// Where the entry for an evaluation key is.
atom::Sha256::Value place_of_entry(std::string_view key);

std::string compressed(std::string_view text);
// Kind::integrity if it is not compressed, or larger than `limit`.
Result<std::string> decompressed(std::string_view bytes, std::size_t limit);

}  // namespace eka::engine
