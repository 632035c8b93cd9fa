// `eka plan` without --json: the path of each derivation on standard output, in the order of the items.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output/line_writer.h"
#include "engine/context/observer.h"
#include "engine/plan.h"

namespace eka::cli {

// Writes a path as soon as the derivation is in the store and all items before it have a path or an error. Used on the
// reactor.
class PlanPaths : public engine::Observer {
 public:
  PlanPaths(std::size_t items, LineWriter::Write write) : paths_(items), writer_(std::move(write)) {}
  // Writes the paths that are known, of a run that did not finish.
  ~PlanPaths() override;
  PlanPaths(const PlanPaths&) = delete;
  PlanPaths& operator=(const PlanPaths&) = delete;

  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view) override {}
  void planned(std::size_t index, const Result<engine::Plan>& result) override;
  void stored(std::size_t index, const engine::Plan& plan) override;

  // Waits until all is written. Throws like print() if something could not be written.
  void finish() { writer_.finish(); }
  // Throws the same exception, as soon as the failure is known.
  void check() const { writer_.check(); }

 private:
  void set(std::size_t index, std::string path);

  std::vector<std::optional<std::string>> paths_;  // "" for an item that failed
  std::size_t next_ = 0;                           // the first that is not written
  LineWriter writer_;
};

}  // namespace eka::cli
