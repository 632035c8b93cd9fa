#include "atom/hash/object_id.h"

#include <cstring>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "base/text.h"

namespace eka::atom {

Result<ObjectId> ObjectId::parse(std::string_view hex) {
  ObjectId id;
  if (!parse_hex(hex, id.bytes_)) {
    return fail(Kind::usage, "invalid object id “" + printable(hex, 80) + "”: must be 40 hexadecimal digits");
  }
  return id;
}

ObjectId ObjectId::of(std::string_view type, std::string_view content) {
  std::string header(type);
  header += ' ';
  header += std::to_string(content.size());
  header += '\0';
  return ObjectId(Sha1().update(header).update(content).finish());
}

std::string ObjectId::hex() const {
  return atom::hex(bytes_);
}

}  // namespace eka::atom

std::size_t std::hash<eka::atom::ObjectId>::operator()(const eka::atom::ObjectId& id) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, id.bytes().data(), sizeof value);
  return value;
}
