// Runs work on a runtime, with or without an engine, and destroys both afterwards.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "cli/command/command.h"
#include "cli/output/while_read.h"
#include "cli/progress/display.h"
#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"
#include "engine/context/context.h"
#include "git/libgit2/libgit2.h"

namespace eka::cli {

// `work` is called once, and the returned task runs on the reactor; anything it refers to must outlive the call. Throws
// the exceptions of the work, and coro::Interrupted after SIGINT or SIGTERM.
template <class Report>
Report with_runtime(const std::function<coro::Task<Report>(coro::Runtime&)>& work) {
  const git::Libgit2 library;  // before the runtime: outlives the threads of the pool
  coro::Runtime runtime(coro::Pool::usual_size());
  return runtime.run(work(runtime));
}

// `work` is called once, on the reactor; anything it refers to must outlive the call. The display is redrawn while it
// runs. Throws the exceptions of the work, and coro::Interrupted after SIGINT or SIGTERM.
template <class Report>
Report with_engine(const engine::Settings& settings, Display& display,
                   std::function<coro::Task<Report>(engine::Context&)> work) {
  struct Whole {
    static coro::Task<Report> in_time(const engine::Settings& settings, coro::Task<Report> work) {
      if (settings.deadline.count() == 0) co_return co_await std::move(work);
      const Error late =
          Error(Kind::failure, "timeout: the run took longer than " + std::to_string(settings.deadline.count()) + " s")
              .with_hint("the limit is configured by net.deadline");
      co_return co_await coro::timeout(settings.deadline, std::move(work), late);
    }
    static coro::Task<Report> run(coro::Runtime& runtime, const engine::Settings& settings, Display& display,
                                  std::function<coro::Task<Report>(engine::Context&)> work) {
      const auto context = co_await engine::Context::open(runtime, settings, display);
      std::optional<Report> report;
      co_await coro::throw_if_cancelled();  // join() would throw without waiting
      coro::TaskGroup group(co_await asio::this_coro::executor);
      group.start(detail::finish(in_time(settings, work(*context)), &report, &group));
      group.start(display.run(*context));
      co_await group.join();
      if (const auto trouble = co_await context->cache->tidy(); !trouble.empty()) display.note(trouble);
      co_await context->cache->close();
      co_return *std::move(report);
    }
  };
  return with_runtime<Report>(
      [&](coro::Runtime& runtime) { return Whole::run(runtime, settings, display, std::move(work)); });
}

// The same with the display that the user's options ask for. It is erased before this returns.
template <class Report>
Report with_engine(const engine::Settings& settings, const Common& common,
                   std::function<coro::Task<Report>(engine::Context&)> work) {
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, Palette(common.color));
  return with_engine<Report>(settings, *display, std::move(work));
}

}  // namespace eka::cli
