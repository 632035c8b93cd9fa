// The output of `eka plan --json=eval-jobs`, as described by docs/eval-jobs.schema.json: one JSON object per atom, in
// the shape of nix-eval-jobs 2.33.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "atom/json/json.h"
#include "cli/output/line_writer.h"
#include "engine/jobs/eval_jobs.h"

namespace eka::cli {

// The name of a job: its attribute path in what nix-eval-jobs would evaluate.
using AttrPath = std::vector<std::string>;

// Each atom is named by its label; if the list has several atoms with that label, by its URI as well. A pattern that
// selected nothing is named as it was typed. The names of the jobs of a whole list do not depend on how it is divided
// into shards. Pure.
std::vector<AttrPath> attr_paths(const std::vector<engine::Wanted>& items);

// As Nix prints it: parts with a dot are quoted.
std::string attr_of(const AttrPath& path);

// Pure.
atom::Json eval_job_line(const AttrPath& path, const Result<engine::EvalJob>& job);
// The error of the whole run: a job without a name.
atom::Json fatal_line(const Error& error);

class EvalJobLines {
 public:
  explicit EvalJobLines(LineWriter::Write write) : lines_(std::move(write)) {}

  // Of the items of the run, in order. To be called before write().
  void name_jobs(std::vector<AttrPath> paths) { paths_ = std::move(paths); }
  // Never waits for the reader.
  void write(std::size_t index, const Result<engine::EvalJob>& job);
  void write_fatal(const Error& error);
  // As LineWriter.
  void check() const { lines_.check(); }
  void finish() { lines_.finish(); }

 private:
  std::vector<AttrPath> paths_;
  LineWriter lines_;
};

}  // namespace eka::cli
