// What `eka plan --json` prints, as docs/plan.schema.json describes it.
#pragma once

#include <cstddef>
#include <optional>

#include "atom/json/json.h"
#include "cli/output/shard.h"
#include "engine/plan.h"

namespace eka::cli {

// The entry of one item: its plan or its error.
atom::Json plan_entry(const engine::Wanted& item, const Result<engine::Plan>& plan);

// The whole document: every item in order, and what the run asked of the remotes. With `shard`, it says which part of a
// whole it is, for merge_plans().
atom::Json plan_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                         const std::optional<Shard>& shard);

// What `eka build --json` prints: the document of the plan, in which what was planned but could not be built has both.
// `failures` as many as the items, null where there is none.
atom::Json build_document(const engine::PlanRequest& request, const engine::PlanReport& report,
                          const std::vector<const Error*>& failures);

}  // namespace eka::cli
