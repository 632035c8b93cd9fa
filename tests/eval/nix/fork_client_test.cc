// The fork server and its client.
#include "eval/nix/fork_client.h"

#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <signal.h>

#include "coro/task/task_group.h"
#include "coro/task/timeout.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

std::string main_is(const std::string& expression) {
  return "{ main = " + expression + "; }";
}

constexpr const char* endless = "builtins.match \"((a*)*)*b\" \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"";

// The processes below this one, by id, with their names; nix-instantiate is "nix-instantiate".
std::map<pid_t, std::string> descendants() {
  std::map<pid_t, std::pair<pid_t, std::string>> all;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "stat");
    pid_t process = 0;
    std::string rest;
    if (!(in >> process) || !std::getline(in, rest)) continue;
    const std::size_t open = rest.find('(');
    const std::size_t close = rest.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    std::istringstream after(rest.substr(close + 1));
    char state = 0;
    pid_t parent = 0;
    after >> state >> parent;
    if (state != 'Z') all[process] = {parent, rest.substr(open + 1, close - open - 1)};
  }
  std::map<pid_t, std::string> out;
  std::set<pid_t> below{::getpid()};
  for (std::size_t before = 0; before != below.size();) {
    before = below.size();
    for (const auto& [process, about] : all) {
      if (below.contains(about.first) && below.insert(process).second) out[process] = about.second;
    }
  }
  return out;
}

std::size_t evaluators() {
  std::size_t count = 0;
  for (const auto& [process, name] : descendants()) count += name.starts_with("nix-instantiate") ? 1 : 0;
  return count;
}

TEST_CASE("the first evaluation runs in a process of its own, all others are forked from one server") {
  World world;
  world.evaluator().set_processes(Processes::automatic);
  for (const std::string label : {"a", "b", "c"}) world.add(label, {{"default.nix", main_is(derivation_text(label))}});
  CHECK(world.evaluate({"a"}).size() == 1);
  CHECK(evaluators() == 0);
  std::vector<coro::Task<std::vector<Evaluated>>> tasks;
  for (const std::string label : {"b", "c"}) tasks.push_back(world.evaluator().evaluate(world.evaluation({label})));
  CHECK(world.runtime().run(coro::all(std::move(tasks))).size() == 2);
  CHECK(evaluators() == 1);  // the server
}

TEST_CASE("both ways give the same derivations and the same errors") {
  std::vector<std::string> drvs;
  std::vector<std::string> errors;
  for (const Processes processes : {Processes::own, Processes::forked}) {
    World world;
    world.evaluator().set_processes(processes);
    world.add("lib", {{"default.nix", "{ main = " + derivation_text("lib", "src = ./.;") + "; }"}});
    world.add("app",
              {{"default.nix", main_is(derivation_text("app",
                                                       "lib = atoms.deps.from.s.lib.main; text = builtins.toFile "
                                                       "\"t\" \"x\"; system_ = builtins.currentSystem;"))}},
              compose_nix(), {{"s", {"lib"}}});
    world.add("throws", {{"default.nix", main_is("throw \"boo\"")}});
    world.add("reads", {{"default.nix", main_is("builtins.readFile /etc/passwd")}});
    world.add("list", {{"default.nix", "[ ]"}});
    drvs.push_back(world.evaluate({"app"}).at(0).drv_path);
    for (const char* label : {"throws", "reads", "list"}) errors.push_back(world.failure({label}).message());
  }
  CHECK(drvs.at(0) == drvs.at(1));
  for (std::size_t i = 0; i < 3; ++i) CHECK(errors.at(i) == errors.at(i + 3));
}

TEST_CASE("a cancelled evaluation ends, and its server goes on") {
  World world;
  world.evaluator().set_processes(Processes::forked);
  world.add("endless", {{"default.nix", main_is(endless)}});
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});
  CHECK_THROWS_WITH_AS(world.runtime().run(coro::timeout(std::chrono::milliseconds(1500),
                                                         world.evaluator().evaluate(world.evaluation({"endless"})),
                                                         Error(Kind::failure, "too late"))),
                       "too late", Error);
  CHECK(evaluators() == 1);
  CHECK(world.evaluate({"good"}).size() == 1);
}

TEST_CASE("an evaluation that ends badly does not affect the server or its siblings") {
  World world;
  world.evaluator().set_processes(Processes::forked);
  world.add("deep", {{"default.nix", main_is("let f = x: 1 + f x; in f 1")}});
  world.add("large", {{"default.nix", main_is("builtins.seq (builtins.foldl' (a: b: a + a) \"0123456789\" "
                                              "(builtins.genList (x: x) 40)) 1")}});
  for (const std::string label : {"a", "b", "c"}) world.add(label, {{"default.nix", main_is(derivation_text(label))}});
  std::vector<coro::Task<std::vector<Evaluated>>> tasks;
  for (const std::string label : {"a", "deep", "b", "large", "c"}) {
    Evaluation evaluation = world.evaluation({label});
    evaluation.limits.memory_bytes = std::uint64_t{1} << 30;
    tasks.push_back(world.evaluator().evaluate(std::move(evaluation)));
  }
  const auto results = world.runtime().run(coro::gather(std::move(tasks)));
  for (const std::size_t good : {0U, 2U, 4U}) CHECK(results.at(good).has_value());
  for (const std::size_t bad : {1U, 3U}) {
    REQUIRE_FALSE(results.at(bad).has_value());
    CHECK(results.at(bad).error().kind() == Kind::evaluation);
  }
  CHECK(world.evaluator().detail() == "");
}

TEST_CASE("if the server is killed, evaluations run in processes of their own") {
  World world;
  world.evaluator().set_processes(Processes::forked);
  world.add("endless", {{"default.nix", main_is(endless)}});
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});
  CHECK(world.evaluate({"good"}).size() == 1);
  for (const auto& [process, name] : descendants()) {
    if (name.starts_with("nix-instantiate")) ::kill(process, SIGKILL);
  }
  Evaluation evaluation = world.evaluation({"good"});
  CHECK(world.runtime().run(world.evaluator().evaluate(std::move(evaluation))).size() == 1);
  CHECK(world.evaluator().detail() ==
        "each evaluation loads Nix, because there is no fork server: the fork server ended");
}

TEST_CASE("without the library, evaluations run in processes of their own") {
  World world;
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});
  Installation installation = world.evaluator().installation();
  installation.fork_library.clear();
  NixEvaluator evaluator(installation, world.directory() / "cache", world.runtime().pool(), world.memory());
  evaluator.set_processes(Processes::forked);
  CHECK(world.runtime().run(evaluator.evaluate(world.evaluation({"good"}))).size() == 1);
  CHECK(evaluator.detail().ends_with("there is no fork server: its library is not installed"));
}

TEST_CASE("a library that does not load is reported with the reason") {
  World world;
  world.add("good", {{"default.nix", main_is(derivation_text("good"))}});
  Installation installation = world.evaluator().installation();
  installation.fork_library = world.directory() / "missing.so";
  NixEvaluator evaluator(installation, world.directory() / "cache", world.runtime().pool(), world.memory());
  evaluator.set_processes(Processes::forked);
  CHECK(world.runtime().run(evaluator.evaluate(world.evaluation({"good"}))).size() == 1);
  CHECK(evaluator.detail().contains("missing.so"));
}

}  // namespace
}  // namespace eka::eval
