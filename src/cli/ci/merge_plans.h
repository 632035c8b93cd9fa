// `eka plan --merge`: combines the documents of all shards into that of the whole run.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "base/error.h"

namespace eka::cli {

struct PlanDocument {
  std::string name;  // as named in messages: the path of the file
  std::string text;  // the output of `eka plan --json --shard`
};

struct MergedPlans {
  atom::Json document;     // as described by docs/plan.schema.json, without `shard`
  std::vector<int> codes;  // of the errors in the document
};

// Pure. Restores the order of the whole list, and adds up the requests to each remote. The order of the documents does
// not matter. Kind::usage, naming the file, if one is not such a document, if the shard counts differ, if a shard is
// duplicate or missing, or if they are not parts of one list.
Result<MergedPlans> merge_plans(const std::vector<PlanDocument>& documents);

}  // namespace eka::cli
