#include "eval/nix/store_program.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "tests/temporary_directory.h"

namespace eka::eval {
namespace {

// A program that fails with `complaint` as often as `failures` says, and then succeeds.
class FailingProgram {
 public:
  FailingProgram(const std::string& complaint, int failures)
      : command_({"/bin/sh", "-c", R"(echo >>"$0/runs"; [ $(wc -l <"$0/runs") -gt $1 ] || { echo "$2" >&2; exit 1; })",
                  directory_.path().string(), std::to_string(failures), complaint}) {
    command_.env = {{"PATH", "/usr/bin:/bin"}};
  }
  coro::Exit run() const {
    coro::Runtime runtime(1);
    return runtime.run(run_on_store(command_));
  }
  int runs() const {
    std::ifstream in(directory_.path() / "runs");
    return static_cast<int>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }

 private:
  test::TemporaryDirectory directory_;
  coro::Command command_;
};

TEST_CASE("a program that meets another one in the store is repeated") {
  for (const char* complaint : {"error: SQLite database '/nix/var/nix/db/db.sqlite' is busy",
                                "warning: x\nerror: SQLite database '/a b/db.sqlite' is busy (SQLITE_PROTOCOL)",
                                "error: not an absolute path: 'nix-archive-1'"}) {
    const FailingProgram program(complaint, 2);
    CHECK(program.run().ok());
    CHECK(program.runs() == 3);
  }
}

TEST_CASE("it is not repeated forever") {
  const FailingProgram program("error: SQLite database '/nix/var/nix/db/db.sqlite' is busy", 100);
  CHECK(program.run().code() == 1);
  CHECK(program.runs() == most_attempts);
}

TEST_CASE("a program that fails for another reason is not repeated") {
  const FailingProgram program("error: SQLite database '/nix/var/nix/db/db.sqlite' is too new; the disk is busy", 1);
  CHECK(program.run().errors.contains("too new"));
  CHECK(program.runs() == 1);
}

}  // namespace
}  // namespace eka::eval
