// Formats of a comparison of two commits: text, JSON (docs/plan.schema.json#diff), and Markdown for a comment.
#pragma once

#include <optional>

#include "atom/json/json.h"
#include "cli/output/print.h"
#include "engine/compare/compare.h"

namespace eka::cli {

// Changed, added and removed atoms with what concerns them, then a summary.
Text diff_text(const engine::CompareReport& report);
atom::Json diff_document(const engine::CompareRequest& request, const engine::CompareReport& report);
// A table in the dialect of GitHub and GitLab, limited in length.
Text diff_markdown(const engine::CompareRequest& request, const engine::CompareReport& report);

// Why a state could not be planned; nullptr if it was, or need not be.
const Error* failure_of(const std::optional<engine::AtomChange::State>& state);

}  // namespace eka::cli
