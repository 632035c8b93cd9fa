// JSON that was parsed, as a value that can be printed.
#pragma once

#include <simdjson.h>

#include "atom/json/json.h"

namespace eka::cli {

atom::Json json_of(simdjson::dom::element element);

}  // namespace eka::cli
