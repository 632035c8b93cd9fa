// Values of Fact::vouched: which revision each version of an atom is, as one remote said.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "atom/version/version.h"

namespace eka::store {

using Vouched = std::map<atom::Version, atom::ObjectId>;

// Lines that cannot be read are left out.
Vouched read_vouched(std::string_view text);
std::string write_vouched(const Vouched& vouched);

}  // namespace eka::store
