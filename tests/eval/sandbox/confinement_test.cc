// What a program can do in the sandbox, in a process of its own and in a child of the fork server. The program is this
// one (probe.h).
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "eval/nix/nix_runtime.h"
#include "eval/sandbox/landlock.h"
#include "tests/eval/world.h"
#include "tests/sanitized.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// A program with a sanitizer reserves more address space than the sandbox allows.
bool can_run_inside() {
  if (test::sanitized) MESSAGE("not tested: a program with a sanitizer does not fit into the sandbox");
  return !test::sanitized;
}

// What the probe reports.
std::vector<std::string> report_of(Processes processes) {
  World world;
  world.add("app", {{"default.nix", "1"}});
  Installation installation = world.evaluator().installation();
  installation.nix_instantiate = fs::read_symlink("/proc/self/exe");
  installation.libraries = nix_runtime(installation.nix_instantiate, world.directory()).libraries;
  NixEvaluator evaluator(installation, world.directory() / "cache", world.runtime().pool(), world.memory());
  evaluator.set_processes(processes);
  Answered nobody;
  Answers answers = world.runtime().run(evaluator.evaluate_each(world.evaluation({"app"}), std::move(nobody)));
  CHECK(evaluator.detail() == "");
  REQUIRE(answers.failure);
  std::istringstream text(answers.failure->message());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("the sandbox gives a program what evaluation needs and nothing else") {
  if (!can_run_inside()) return;
  const std::vector<std::string> own = report_of(Processes::own);
  std::string text;
  for (const std::string& line : own) text += line + "\n";
  CAPTURE(text);
  for (const char* expected : {"pid: 1\n",
                               "parent: 0\n",
                               "fork: EPERM\n",
                               "clone: EPERM\n",
                               "kill: EPERM\n",
                               "signal another process: ESRCH\n",
                               "ptrace: EPERM\n",
                               "capabilities: 0\n",
                               "user: 1000\n",
                               "\nsocket: EPERM\n",
                               "unix socket: EPERM\n",
                               "\nmount: EPERM\n",
                               "unmount: EPERM\n",
                               "unshare: EPERM\n",
                               "setns: EPERM\n",
                               "chroot: EPERM\n",
                               "descriptors: \n",
                               "directory: /\n",
                               "read the expressions: yes\n",
                               "write to the store: yes\n",
                               "read the source: yes\n",
                               "core: 0 0\n",
                               "files: 1024 1024\n",
                               "input: import"}) {
    CAPTURE(expected);
    CHECK(text.contains(expected));
  }
  CHECK_FALSE(text.contains("exists: "));
  for (const char* denied :
       {"write to the root", "write to the expressions", "add an expression", "write to the source"}) {
    CAPTURE(denied);
    CHECK_FALSE(text.contains(std::string(denied) + ": yes"));
  }
  if (landlock_version() > 0) {
    CHECK(text.contains("list the root: EACCES\n"));
  } else {
    MESSAGE("not tested: this kernel has no Landlock");
  }
}

TEST_CASE("a child of the fork server can do the same as a process of its own, and not more") {
  if (!can_run_inside()) return;
  const std::vector<std::string> own = report_of(Processes::own);
  const std::vector<std::string> forked = report_of(Processes::forked);
  REQUIRE(own.size() == forked.size());
  for (std::size_t i = 0; i < own.size(); ++i) CHECK(forked[i] == own[i]);
}

}  // namespace
}  // namespace eka::eval
