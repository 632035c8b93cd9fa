#include "atom/names/atom_id.h"

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

AtomId::OfSet::OfSet(const ObjectId& genesis)
    : key_(Blake3::derive_key("AtomId").update(text_of(genesis.bytes())).digest()) {}

AtomId AtomId::OfSet::operator()(const Label& label) const {
  return AtomId(Blake3::keyed(key_).update(label.str()).digest());
}

Result<AtomId> AtomId::parse(std::string_view base32hex) {
  std::array<std::uint8_t, 32> value{};
  if (!parse_base32hex(base32hex, value)) {
    return fail(Kind::usage, "invalid atom id “" + printable(base32hex, 80) + "”: must be 52 digits (0 to 9, a to v)");
  }
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
