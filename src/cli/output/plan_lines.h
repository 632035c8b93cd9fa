// `eka plan --json=lines`: one JSON object per plan as it completes, then one with the summary.
#pragma once

#include <optional>

#include "cli/output/line_writer.h"
#include "cli/output/shard.h"
#include "engine/context/observer.h"
#include "engine/plan.h"

namespace eka::cli {

// Writes each plan as a line. `request` must outlive it.
class PlanLines : public engine::Observer {
 public:
  PlanLines(const engine::PlanRequest& request, const std::optional<Shard>& shard, LineWriter::Write write)
      : request_(request), shard_(shard.value_or(Shard{})), lines_(std::move(write)) {}

  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view) override {}
  void planned(std::size_t index, const Result<engine::Plan>& plan) override;

  // Writes the last line; its absence shows that the run did not finish. Throws like print() if a line could not be
  // written.
  void finish(const engine::PlanReport& report);

  // Throws the same exception, as soon as the failure is known.
  void check() const { lines_.check(); }

 private:
  const engine::PlanRequest& request_;
  Shard shard_;
  LineWriter lines_;
};

}  // namespace eka::cli
