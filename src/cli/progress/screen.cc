#include "cli/progress/screen.h"

#include <algorithm>
#include <utility>

namespace eka::cli {

Screen::Screen() : thread_([this] { work(); }) {}

Screen::~Screen() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  something_.notify_one();
  thread_.join();
}

void Screen::show(std::vector<Row> rows) {
  {
    const std::lock_guard lock(mutex_);
    if (rows == wanted_) return;
    wanted_ = std::move(rows);
    changed_ = true;
  }
  something_.notify_one();
}

void Screen::print_above(const Text& lines) {
  {
    const std::lock_guard lock(mutex_);
    above_ += lines;
    changed_ = true;
  }
  something_.notify_one();
}

void Screen::around(const std::function<void()>& write) {
  const std::lock_guard drawing(drawing_);
  print_error(erased());
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  something_.notify_one();
  write();
}

// Moves to the first of the drawn rows. If the terminal has become narrower, it has wrapped them.
Text Screen::erased() {
  if (drawn_.empty()) return {};
  const std::size_t width = error_width();
  std::size_t lines = 0;
  for (const auto& row : drawn_) lines += std::max<std::size_t>(1, (row.columns + width - 1) / width);
  drawn_.clear();
  return Text::erase_lines(lines);
}

void Screen::work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      something_.wait(lock, [this] { return ended_ || changed_; });
    }
    const std::lock_guard drawing(drawing_);
    std::vector<Row> rows;
    Text out;
    bool last = false;
    {
      const std::lock_guard lock(mutex_);
      last = ended_;
      changed_ = false;
      if (!last) rows = wanted_;
      out = std::exchange(above_, {});
    }
    Text frame = erased() + out;
    for (std::size_t i = 0; i < rows.size(); ++i) frame += (i == 0 ? Text() : Text("\n")) + rows[i].text;
    if (!frame.empty()) print_error(frame);
    drawn_ = std::move(rows);
    if (last) return;
  }
}

}  // namespace eka::cli
