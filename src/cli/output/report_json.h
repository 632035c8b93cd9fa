// JSON shared by several commands.
#pragma once

#include <vector>

#include "atom/json/json.h"
#include "base/error.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/resolve/left_out.h"

namespace eka::cli {

atom::Json cost_json(const engine::RemoteCost& cost);
atom::Json costs_json(const std::vector<engine::RemoteCost>& costs);
atom::Json error_json(const Error& error);  // code, message, context, hint
// Versions that were not selected, and why.
atom::Json left_out_json(const std::vector<engine::LeftOut>& versions);
atom::Json times_json(const engine::Times& times);

// With -v, prints a line to standard error for each remote that was contacted.
void tell_costs(const std::vector<engine::RemoteCost>& costs);

}  // namespace eka::cli
