// `eka plan --json=lines`: one JSON object per plan as it completes, then one with the summary.
#pragma once

#include <optional>

#include "cli/output/line_writer.h"
#include "cli/output/shard.h"
#include "engine/context/observer.h"
#include "engine/plan.h"

namespace eka::cli {

// Forwards output for people to `inner`, and writes each plan as a line. Both arguments must outlive it.
class PlanLines : public engine::Observer {
 public:
  PlanLines(engine::Observer& inner, const engine::PlanRequest& request, const std::optional<Shard>& shard)
      : inner_(inner), request_(request), shard_(shard.value_or(Shard{})) {}

  void began(engine::Stage stage, std::string_view what) override { inner_.began(stage, what); }
  void ended(engine::Stage stage, std::string_view what) override { inner_.ended(stage, what); }
  void note(std::string_view text) override { inner_.note(text); }
  void printed(std::string_view what, std::string_view line) override { inner_.printed(what, line); }
  void planned(std::size_t index, const Result<engine::Plan>& plan) override;

  // Writes the last line; its absence shows that the run did not finish. Throws like print() if a line could not be
  // written.
  void finish(const engine::PlanReport& report);

  // Throws the same exception, as soon as the failure is known.
  void check() const { lines_.check(); }

 private:
  engine::Observer& inner_;
  const engine::PlanRequest& request_;
  Shard shard_;
  LineWriter lines_;
};

}  // namespace eka::cli
