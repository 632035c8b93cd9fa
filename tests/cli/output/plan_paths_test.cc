#include "cli/output/plan_paths.h"

#include <doctest/doctest.h>

#include "tests/cli/plans.h"

using namespace eka;
using cli::plan_of;

namespace {

// What was written so far; the writer has its own thread, so only what finish() or the destructor waited for counts.
struct Output {
  std::string text;
  cli::LineWriter::Write write() {
    return [this](const cli::Text& more) { text += more.bytes(); };
  }
};

}  // namespace

TEST_CASE("paths are written in the order of the items, whatever the order of completion") {
  Output output;
  cli::PlanPaths paths(4, output.write());
  paths.stored(2, plan_of("c"));
  paths.planned(1, std::unexpected(Error(Kind::remote, "no answer")));
  paths.stored(0, plan_of("a"));
  paths.stored(3, plan_of("d"));
  paths.finish();
  CHECK(output.text == "/nix/store/a.drv\n/nix/store/c.drv\n/nix/store/d.drv\n");
}

TEST_CASE("a run that did not finish writes what it has, in order") {
  Output output;
  {
    cli::PlanPaths paths(5, output.write());
    paths.stored(4, plan_of("e"));
    paths.stored(2, plan_of("c"));
    paths.planned(1, plan_of("b"));  // evaluated, but not in the store
    paths.planned(3, std::unexpected(Error(Kind::remote, "no answer")));
  }
  CHECK(output.text == "/nix/store/c.drv\n/nix/store/e.drv\n");
}
