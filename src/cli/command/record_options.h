// `--timings` and `--trace`: records a run, and writes what was recorded when it ends, however it ends.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/option/arguments.h"
#include "cli/progress/display.h"
#include "cli/timings/recording.h"

namespace eka::cli {

struct RecordOptions {
  std::string timings;  // the file, or "" if it is not wanted
  std::string trace;

  void add_to(CLI::App& command);
};

// Records from its construction on if a file is wanted. Must outlive the run, and the display must outlive it.
class Record {
 public:
  // `typed` are the arguments as typed.
  Record(const RecordOptions& options, const std::string& command, const std::vector<std::string>& typed,
         std::size_t jobs, Display& display);
  // Writes the files if finish() did not; a failure is reported, not thrown.
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  // Writes the files. Throws Kind::failure if one cannot be written.
  void finish(const std::vector<engine::RemoteCost>& remotes);

 private:
  void write();

  RecordOptions options_;
  std::unique_ptr<Recorder> recorder_;  // null if nothing is to be written
};

}  // namespace eka::cli
