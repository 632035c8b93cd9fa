// Writes lines to standard output on its own thread: a slow reader of a pipe must not block the reactor.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "cli/output/print.h"

namespace eka::cli {

class LineWriter {
 public:
  // Writes text to standard output; print() or something that calls it. Called on the thread.
  using Write = std::function<void(const Text&)>;

  explicit LineWriter(Write write = [](const Text& text) { print(text); });
  // Waits until everything is written; a failure is lost unless finish() was called.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` without its newline. Never waits for the reader.
  void write(const Text& line);
  // True after a failed write. Further lines are dropped, and check() rethrows the exception of print().
  bool failed() const { return failed_; }
  void check() const;
  // Waits until everything is written; throws if writing failed. Nothing may be written afterwards.
  void finish();

 private:
  void work();
  void end();

  Write write_;
  std::mutex mutex_;
  std::condition_variable something_;
  Text pending_;
  bool ended_ = false;
  std::exception_ptr failure_;  // set before failed_
  std::atomic<bool> failed_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace eka::cli
