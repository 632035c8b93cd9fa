// `eka plan --merge`: from the documents of all shards to that of the whole run.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "base/error.h"

namespace eka::cli {

struct PlanDocument {
  std::string name;  // as messages call it: the path of the file
  std::string text;  // what `eka plan --json --shard` printed
};

struct MergedPlans {
  atom::Json document;     // as docs/plan.schema.json has it, without `shard`
  std::vector<int> codes;  // of the errors in it
};

// Pure. Puts every plan where it stood in the whole list, and adds up what was asked of each remote. The order of the
// documents makes no difference. Kind::usage, naming the file, when one is not such a document, when shards of
// different counts meet, when one is there twice or missing, or when they are not the parts of one list.
Result<MergedPlans> merge_plans(const std::vector<PlanDocument>& documents);

}  // namespace eka::cli
