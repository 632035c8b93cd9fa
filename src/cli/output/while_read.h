// Ends work whose result nobody will read.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "cli/output/print.h"
#include "coro/task/task_group.h"
#include "coro/task/timeout.h"

namespace eka::cli {

namespace detail {

// Throws OutputClosed when the reader of standard output has closed it; otherwise runs until cancelled.
inline coro::Task<> watch_reader() {
  while (true) {
    co_await coro::sleep(std::chrono::milliseconds(100));
    if (output_is_closed()) throw OutputClosed();
  }
}

// Throws when a line cannot be written; otherwise runs until cancelled.
template <class Lines>
coro::Task<> watch_lines(const Lines* lines) {
  while (true) {
    co_await coro::sleep(std::chrono::milliseconds(100));
    lines->check();
  }
}

// Waits for the work, then cancels the group.
template <class Report>
coro::Task<> finish(coro::Task<Report> work, std::optional<Report>* report, coro::TaskGroup* group) {
  report->emplace(co_await std::move(work));
  group->cancel();
}

}  // namespace detail

// The result of `work`. If the reader of standard output closes it before (`eka plan … | head -1`), the work is
// cancelled and OutputClosed is thrown. Not for work with other effects than its output: a publication is completed.
template <class Report>
coro::Task<Report> while_read(coro::Task<Report> work) {
  std::optional<Report> report;
  coro::TaskGroup group(co_await asio::this_coro::executor);
  group.start(detail::finish(std::move(work), &report, &group));
  group.start(detail::watch_reader());
  co_await group.join();
  co_return *std::move(report);
}

// The same for work that writes `lines` meanwhile: also stops early when one could not be written
// (LineWriter::check()).
template <class Report, class Lines>
coro::Task<Report> while_written(coro::Task<Report> work, const Lines* lines) {
  std::optional<Report> report;
  coro::Task<Report> read = while_read(std::move(work));
  coro::TaskGroup group(co_await asio::this_coro::executor);
  group.start(detail::finish(std::move(read), &report, &group));
  group.start(detail::watch_lines(lines));
  co_await group.join();
  co_return *std::move(report);
}

}  // namespace eka::cli
