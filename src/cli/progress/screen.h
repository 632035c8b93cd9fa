// Lines at the bottom of a terminal at standard error that are redrawn in place.
//
// Drawing happens on a thread of its own, because a terminal may stop reading (Ctrl-S) and the reactor must not wait
// for it: then only the latest lines are drawn when it reads again. All functions may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/output/print.h"

namespace eka::cli {

class Screen {
 public:
  struct Row {
    Text text;
    std::size_t columns;  // that it takes
    bool operator==(const Row&) const = default;
  };

  Screen();
  // Draws what is still to be printed above, and erases the rows.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The rows to show from now on. Nothing is drawn if they are the ones shown.
  void show(std::vector<Row> rows);
  // Prints lines that stay, above the rows. With a final newline.
  void print_above(const Text& lines);
  // Erases the rows, calls `write`, and draws them again: for output to the same terminal by other means. Throws what
  // `write` throws.
  void around(const std::function<void()>& write);

 private:
  void work();
  Text erased();

  std::mutex mutex_;  // of what is to be drawn
  std::condition_variable something_;
  std::vector<Row> wanted_;
  Text above_;
  bool changed_ = false;
  bool ended_ = false;

  std::mutex drawing_;  // of the terminal
  std::vector<Row> drawn_;

  std::thread thread_;  // last: it uses the others
};

}  // namespace eka::cli
