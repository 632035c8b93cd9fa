#include "atom/names/atom_id.h"

#include <algorithm>
#include <cstring>

#include "atom/hash/base_n.h"
#include "atom/hash/blake3.h"
#include "base/text.h"

namespace eka::atom {
namespace {

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

AtomId::AtomId(const ObjectId& genesis, const Label& label) {
  const Blake3Digest key = Blake3::derive_key("AtomId").update(text_of(genesis.bytes())).digest();
  bytes_ = Blake3::keyed(key).update(label.str()).digest();
}

Result<AtomId> AtomId::parse(std::string_view base32hex) {
  const auto bytes = parse_base32hex(base32hex);
  if (base32hex.size() != 52 || !bytes) {
    return fail(Kind::usage, "invalid atom id “" + printable(base32hex, 80) + "”: must be 52 digits (0 to 9, a to v)");
  }
  std::array<std::uint8_t, 32> value{};
  std::ranges::copy(*bytes, value.begin());
  return AtomId(value);
}

std::string AtomId::str() const {
  return base32hex(bytes_);
}

}  // namespace eka::atom

std::size_t std::hash<eka::atom::AtomId>::operator()(const eka::atom::AtomId& id) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, id.bytes().data(), sizeof value);
  return value;
}
