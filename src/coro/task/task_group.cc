#include "coro/task/task_group.h"

#include <cstdio>
#include <cstdlib>

#include "coro/task/spawn.h"

namespace eka::coro {

TaskGroup::TaskGroup(Executor executor) : executor_(std::move(executor)) {}

TaskGroup::~TaskGroup() {
  if (running_ == 0) return;
  // Running tasks refer to objects that are being destroyed: cannot continue.
  std::fputs("eka: a task group was destroyed while its tasks were running\n", stderr);
  std::abort();
}

void TaskGroup::start(Task<> task) {
  if (cancelled_) return;
  ++running_;
  signals_.emplace_back();
  spawn(executor_, std::move(task), signals_.back().slot(), [this](std::exception_ptr failure) { ended(failure); });
}

void TaskGroup::cancel() {
  if (std::exchange(cancelled_, true)) return;
  for (auto& signal : signals_) signal.emit(asio::cancellation_type::terminal);
}

void TaskGroup::ended(std::exception_ptr failure) {
  --running_;
  if (failure && !cancelled_) {
    failure_ = std::move(failure);
    cancel();
  }
  if (running_ == 0) all_ended_.notify();
}

Task<> TaskGroup::join() {
  bool caller_cancelled = false;
  while (running_ != 0) {
    co_await all_ended_.wait([this, &caller_cancelled] {
      caller_cancelled = true;
      cancel();
    });
  }
  if (failure_) rethrow(std::exchange(failure_, nullptr));
  if (caller_cancelled) throw Cancelled();
}

Task<> all(std::vector<Task<>> tasks) {
  TaskGroup group(co_await asio::this_coro::executor);
  for (auto& task : tasks) group.start(std::move(task));
  co_await group.join();
}

Task<std::vector<Result<void>>> gather(std::vector<Task<>> tasks) {
  return gather<void>(std::move(tasks));
}

Error detail::current_error() {
  if (is_cancellation(std::current_exception())) throw Cancelled();
  try {
    throw;
  } catch (const std::exception& exception) {
    return error_of(exception);
  } catch (...) {
    return Error(Kind::failure, "unknown exception");
  }
}

}  // namespace eka::coro
