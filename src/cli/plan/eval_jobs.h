// eka plan --json=eval-jobs: the lines of nix-eval-jobs, for CI systems that read them.
#pragma once

#include <optional>
#include <string>

#include "cli/command/command.h"
#include "cli/command/plan_options.h"
#include "cli/command/settings.h"
#include "cli/output/shard.h"
#include "engine/select/select.h"

namespace eka::cli {

struct EvalJobsOptions {
  std::optional<Shard> shard;
  bool meta = false;
  bool check_cache = false;
  std::string code_quality;  // ErrorReport
};

// Prints one line per atom that `selection` selects for `plan`, or of the shard. Returns the exit code: 0 if each atom
// has a line, also for its error, because the callers of nix-eval-jobs read the lines only if it succeeded.
int plan_eval_jobs(const Common& common, const Preferences& preferences, const PlanOptions& plan,
                   const engine::Selection& selection, const EvalJobsOptions& options);

}  // namespace eka::cli
