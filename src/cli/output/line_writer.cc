#include "cli/output/line_writer.h"

#include <utility>

namespace eka::cli {

LineWriter::LineWriter(Write write) : write_(std::move(write)), thread_([this] { work(); }) {}

LineWriter::~LineWriter() {
  end();
}

void LineWriter::write(const Text& line) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    pending_ += line;
    pending_ += "\n";
  }
  something_.notify_one();
}

void LineWriter::check() const {
  if (failed_) std::rethrow_exception(failure_);
}

void LineWriter::finish() {
  end();
  check();
}

void LineWriter::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  something_.notify_one();
  thread_.join();
}

void LineWriter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    something_.wait(lock, [this] { return ended_ || !pending_.empty(); });
    if (pending_.empty()) return;
    const Text lines = std::exchange(pending_, {});
    if (failed_) continue;
    lock.unlock();
    try {
      write_(lines);
    } catch (...) {
      failure_ = std::current_exception();
      failed_ = true;
    }
    lock.lock();
  }
}

}  // namespace eka::cli
