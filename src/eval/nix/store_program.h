// Programs of Nix that open the user's store.
#pragma once

#include <string_view>

#include "coro/process/process.h"
#include "coro/task/task.h"

namespace eka::eval {

// Whether a program failed only because another one used the store at the same moment, and will succeed if it is
// repeated. `errors` is what it wrote to standard error. There are two such failures:
//   - SQLite reports the database as busy while another process opens it for the first time or closes it as the last.
//     Nix repeats transactions, but not the opening.
//   - `nix copy` of 2.8 sends all paths in one stream and loses synchronization if another process adds one of them.
bool met_another_process(std::string_view errors);

// coro::run() for such a program, repeated as long as it meets another process, but at most `most_attempts` times.
// A repeated copy skips the paths that exist by then. Not for a command with `error_line`, whose errors are not in its
// Exit: realise() repeats such a program itself.
constexpr int most_attempts = 8;
coro::Task<coro::Exit> run_on_store(coro::Command command);

// Waits before attempt number `next`, which is at least 2.
coro::Task<> wait_for_attempt(int next);

}  // namespace eka::eval
