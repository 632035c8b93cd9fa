// The output of `eka plan --json`, as described by docs/plan.schema.json.
#pragma once

#include <cstddef>
#include <optional>

#include "atom/json/json.h"
#include "cli/output/shard.h"
#include "engine/plan.h"

namespace eka::cli {

// The entry of one item: its plan or its error.
atom::Json plan_entry(const engine::Wanted& item, const Result<engine::Plan>& plan);

// The whole document: all items in order, and the requests to the remotes. With `shard`, it records the part of the
// whole list, for merge_plans().
atom::Json plan_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                         const std::optional<Shard>& shard);

// The output of `eka build --json`: the document of the plan; items that were planned but failed to build have both
// entries. `failures` has one element per item, null if it did not fail.
atom::Json build_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                          const std::vector<const Error*>& failures);

}  // namespace eka::cli
