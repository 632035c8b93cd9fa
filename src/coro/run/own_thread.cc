#include "coro/run/own_thread.h"

#include <mutex>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "coro/run/pool.h"
#include "coro/task/wakeup.h"

namespace eka::coro {
namespace {

// Shared by the thread and its caller; the caller may end first.
struct Shared {
  std::mutex mutex;
  bool abandoned = false;  // guarded by the mutex, like the next two, which are used only while it is false
  Executor executor;
  Wakeup* ended = nullptr;
  std::exception_ptr failure;
};

void run(const std::shared_ptr<Shared>& shared, std::function<void()> work) {
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {
    failure = detail::translated(std::current_exception());
  }
  const std::scoped_lock lock(shared->mutex);
  if (shared->abandoned) return;
  shared->failure = std::move(failure);
  // The caller cannot end before this has run, unless it has set `abandoned`.
  asio::post(shared->executor, [shared] {
    if (!shared->abandoned) shared->ended->notify();
  });
}

}  // namespace

Task<> detail::run_on_own_thread(std::function<void()> work) {
  Wakeup ended;
  const auto shared = std::make_shared<Shared>();
  shared->executor = co_await asio::this_coro::executor;
  shared->ended = &ended;
  try {
    std::thread([shared, work = std::move(work)]() mutable { run(shared, std::move(work)); }).detach();
  } catch (const std::system_error& error) {
    throw Error(Kind::failure, std::string("cannot start a thread: ") + error.what());
  }
  bool cancelled = false;
  co_await ended.wait([&] {
    const std::scoped_lock lock(shared->mutex);
    shared->abandoned = cancelled = true;
    shared->executor = {};
    ended.notify();
  });
  if (cancelled) throw Cancelled();
  if (shared->failure) rethrow(std::exchange(shared->failure, nullptr));
}

}  // namespace eka::coro
