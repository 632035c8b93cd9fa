// Error messages for invalid command lines, and suggestions.
#include "cli/parse_error.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/option/options.h"

using namespace eka;

namespace {

// The error of a program with a few commands for these arguments, as "message | hint".
std::string failure(std::vector<std::string> arguments) {
  CLI::App app("", "eka");
  app.require_subcommand(1);
  app.fallthrough();
  cli::GivenOptions given;
  std::int64_t wait = 0;
  bool all = false;
  std::string format;
  std::vector<std::string> uris;
  cli::add_options(app, cli::OptionGroup::common, given);
  auto* const plan = app.add_subcommand("plan");
  plan->add_option("uri", uris)->required()->type_name("URI");
  plan->add_flag("--fresh-eval");
  auto* const cache = app.add_subcommand("cache");
  cache->require_subcommand(1);
  cache->add_subcommand("stat");
  auto* const gc = cache->add_subcommand("gc");
  gc->add_option("--older-than");
  gc->add_option("--wait", wait)->type_name("SECONDS");
  auto* const graph = app.add_subcommand("graph");
  auto* const shape = graph->add_option("shape", format)->type_name("SHAPE")->check(cli::one_of({"tree", "dot"}));
  graph->add_flag("--all", all)->excludes(shape);
  app.add_subcommand("secret")->group("");
  app.add_subcommand("init");
  std::reverse(arguments.begin(), arguments.end());  // CLI11 reads them from the back
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const Error out = cli::parse_error(app, error);
    CHECK(out.kind() == Kind::usage);
    return out.message() + " | " + out.hint();
  }
  return "";
}

}  // namespace

TEST_CASE("an unknown command is reported with a suggestion") {
  CHECK(failure({"plann", "::a"}) == "unknown command 'plann' | did you mean 'plan'?");
  CHECK(failure({"pan"}) == "unknown command 'pan' | did you mean 'plan'?");
  CHECK(failure({"zzzzzz"}) == "unknown command 'zzzzzz' | run `eka --help` for usage");
  CHECK(failure({"--offline", "inti"}) == "unknown command 'inti' | did you mean 'init'?");
  CHECK(failure({"cache", "sta"}) == "unknown command 'sta' | did you mean 'stat'?");
  CHECK(failure({"PLAN", "::a"}) == "unknown command 'PLAN' | did you mean 'plan'?");
  CHECK(failure({"gc"}) == "unknown command 'gc' | did you mean 'cache gc'?");
  CHECK(failure({"::a"}) == "unknown command '::a' | did you mean 'plan ::a'?");
  CHECK(failure({"secre"}) == "unknown command 'secre' | run `eka --help` for usage");  // hidden
  CHECK(failure({"cache", "zzzzzz"}) == "unknown command 'zzzzzz' | run `eka cache --help` for usage");
}

TEST_CASE("an unknown option is reported, with a similar one of the command or of eka") {
  CHECK(failure({"plan", "--offlin", "::a"}) == "unknown option '--offlin' | did you mean '--offline'?");
  CHECK(failure({"--offlin", "plan", "::a"}) == "unknown option '--offlin' | did you mean '--offline'?");
  CHECK(failure({"plan", "--fresh", "::a"}) == "unknown option '--fresh' | did you mean '--fresh-eval'?");
  CHECK(failure({"plan", "--jbos=4", "::a"}) == "unknown option '--jbos' | did you mean '--jobs'?");
  CHECK(failure({"cache", "gc", "--older", "1d"}) == "unknown option '--older' | did you mean '--older-than'?");
  CHECK(failure({"plan", "-x", "::a"}) == "unknown option '-x' | run `eka plan --help` for usage");
  CHECK(failure({"plan", "--zzzzzzzz", "::a"}) == "unknown option '--zzzzzzzz' | run `eka plan --help` for usage");
  // The resulting missing argument is not reported.
  CHECK(failure({"plan", "--offlin"}) == "unknown option '--offlin' | did you mean '--offline'?");
  CHECK(failure({"--offlin"}) == "unknown option '--offlin' | did you mean '--offline'?");
  // An option of another command is not suggested.
  CHECK(failure({"init", "--fresh-eval"}) == "unknown option '--fresh-eval' | run `eka init --help` for usage");
}

TEST_CASE("missing and excess arguments are named") {
  CHECK(failure({}) == "no command was given | run `eka --help` for usage");
  CHECK(failure({"cache"}) == "no command was given | run `eka cache --help` for usage");
  CHECK(failure({"plan"}) == "missing argument: URI | run `eka plan --help` for usage");
  CHECK(failure({"init", "plna"}) == "unexpected argument 'plna' | run `eka init --help` for usage");
  CHECK(failure({"plan", "::a"}) == "");
}

TEST_CASE("values are refused in words of eka") {
  const std::string gc = " | run `eka cache gc --help` for usage";
  const std::string plan = " | run `eka plan --help` for usage";
  const std::string graph = " | run `eka graph --help` for usage";
  CHECK(failure({"cache", "gc", "--wait", "soon"}) == "--wait: invalid value “soon”" + gc);
  CHECK(failure({"cache", "gc", "--wait"}) == "--wait requires a value: SECONDS" + gc);
  CHECK(failure({"cache", "gc", "--wait", "1", "--wait", "2"}) == "--wait can be given only once" + gc);
  CHECK(failure({"plan", "--offline=perhaps", "::a"}) ==
        "--offline: invalid value “perhaps”: must be true or false" + plan);
  CHECK(failure({"graph", "ring"}) == "SHAPE: invalid value “ring”: must be one of tree, dot" + graph);
  CHECK(failure({"graph", "tree", "--all"}) == "SHAPE cannot be used with --all" + graph);
  CHECK(failure({"plan", "--verbose=x", "::a"}) == "--verbose: invalid value “x”: must be true or false" + plan);
  CHECK(failure({"graph", "--all=perhaps"}) == "--all: invalid value “perhaps”: must be true or false" + graph);
  for (const auto* value : {"true", "OFF", "yes", "n", "1", "0", "-1", "99999999999999999999"}) {
    CHECK(failure({"plan", std::string("--offline=") + value, "-v", "::a"}) == "");
  }
}
