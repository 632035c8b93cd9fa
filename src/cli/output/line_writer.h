// Lines to standard output from a thread of their own: a slow reader of a pipe must not hold up the reactor.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace eka::cli {

class LineWriter {
 public:
  LineWriter();
  // Waits until everything is written.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` without its end. Never waits for the reader.
  void write(const std::string& line);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable something_;
  std::string pending_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace eka::cli
