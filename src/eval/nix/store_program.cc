#include "eval/nix/store_program.h"

#include <chrono>

#include "coro/task/timeout.h"

namespace eka::eval {

bool met_another_process(std::string_view errors) {
  const auto database = errors.find("SQLite database '");
  if (database != std::string_view::npos && errors.substr(database).contains("' is busy")) return true;
  return errors.contains("not an absolute path: 'nix-archive-1'");
}

coro::Task<> wait_for_attempt(int next) {
  return coro::sleep(std::chrono::milliseconds(20) * next);
}

coro::Task<coro::Exit> run_on_store(coro::Command command) {
  for (int attempt = 1;; ++attempt) {
    if (attempt > 1) co_await wait_for_attempt(attempt);
    coro::Exit exit = co_await coro::run(command);
    if (exit.ok() || attempt == most_attempts || !met_another_process(exit.errors)) co_return exit;
  }
}

}  // namespace eka::eval
