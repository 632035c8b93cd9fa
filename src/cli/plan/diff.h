// `eka plan --diff BASE [HEAD]`: what a change of the set does.
#pragma once

#include <string>
#include <vector>

#include "cli/command/plan_options.h"

namespace eka::cli {

enum class DiffFormat { text, json, markdown };

// `revisions` are BASE and, optionally, HEAD. Returns the exit code.
int plan_diff(const Common& common, const PlanOptions& options, const std::vector<std::string>& revisions,
              DiffFormat format);

}  // namespace eka::cli
