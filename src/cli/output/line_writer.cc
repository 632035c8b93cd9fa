#include "cli/output/line_writer.h"

#include <cstdio>
#include <utility>

namespace eka::cli {

LineWriter::LineWriter() : thread_([this] { work(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  something_.notify_one();
  thread_.join();
}

void LineWriter::write(const std::string& line) {
  {
    const std::lock_guard lock(mutex_);
    pending_ += line + '\n';
  }
  something_.notify_one();
}

void LineWriter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    something_.wait(lock, [this] { return ended_ || !pending_.empty(); });
    if (pending_.empty()) return;
    const std::string lines = std::exchange(pending_, {});
    lock.unlock();
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
    lock.lock();
  }
}

}  // namespace eka::cli
