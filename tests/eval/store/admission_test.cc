// From private stores into the real one.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "coro/task/task_group.h"
#include "eval/store/private_store.h"
#include "tests/eval/nix_daemon.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

bool exists(World& world, const std::string& drv_path) {
  return world.runtime().run(world.evaluator().exists(drv_path));
}

TEST_CASE("what is admitted is there, with its sources, and the scratch directories are gone") {
  World world;
  world.add("lib", {{"default.nix", "{ main = " + derivation_text("lib", "src = ./.;") + "; }"}});
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app", "lib = atoms.deps.from.s.lib.main;") + "; }"}},
            compose_nix(), {{"s", {"lib"}}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  CHECK_FALSE(exists(world, drv));
  world.runtime().run(world.evaluator().admit(std::move(evaluated)));
  CHECK(exists(world, drv));
  const std::string closure = shell("nix-store --store " + world.store().string() + " -qR " + drv);
  CHECK(std::ranges::count(closure, '\n') == 2);  // app, lib, and lib's tree
  shell("nix-store --store " + world.store().string() + " --verify --check-contents");
}

TEST_CASE("evaluations that ran apart are admitted together") {
  World world;
  world.add("shared", {{"default.nix", "{ main = " + derivation_text("shared", "src = ./.;") + "; }"}});
  std::vector<coro::Task<std::vector<Evaluated>>> tasks;
  const std::vector<std::string> labels{"a", "b", "c", "d"};
  for (const std::string& label : labels) {
    world.add(label,
              {{"default.nix", "{ main = " + derivation_text(label, "x = atoms.deps.from.s.shared.main;") + "; }"}},
              compose_nix(), {{"s", {"shared"}}});
  }
  for (const std::string& label : labels) tasks.push_back(world.evaluator().evaluate(world.evaluation({label})));
  std::vector<Evaluated> all;
  for (std::vector<Evaluated>& evaluated : world.runtime().run(coro::all(std::move(tasks)))) {
    all.push_back(std::move(evaluated.at(0)));
  }
  std::vector<std::string> drvs;
  for (const Evaluated& one : all) drvs.push_back(one.drv_path);
  world.runtime().run(world.evaluator().admit(std::move(all)));
  for (const std::string& drv : drvs) CHECK(exists(world, drv));
  shell("nix-store --store " + world.store().string() + " --verify --check-contents");
  const std::string closure = shell("nix-store --store " + world.store().string() + " -qR " + drvs.at(3));
  CHECK(std::ranges::count(closure, '\n') == 2);
}

TEST_CASE("altered content is not admitted") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  std::size_t altered = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(world.scratch())) {
    const fs::path file = entry.path() / "store" / drv.substr(1);
    if (!fs::exists(file)) continue;
    fs::permissions(file, fs::perms::owner_all);
    std::ofstream(file, std::ios::app) << " ";
    ++altered;
  }
  REQUIRE(altered == 1);
  CHECK_THROWS_AS(world.runtime().run(world.evaluator().admit(std::move(evaluated))), Error);
  CHECK_FALSE(exists(world, drv));
}

TEST_CASE("links in a private store are not followed") {
  TemporaryDirectory directory;
  const std::string drv = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x.drv";
  std::ofstream(directory.path() / "outside") << "Derive([],[],[],\"\",\"\",[],[])";
  fs::create_directories(directory.path() / "store/nix/store");
  fs::create_symlink(directory.path() / "outside", directory.path() / "store" / drv.substr(1));
  CHECK_THROWS_AS(read_derivation(directory.path() / "store", drv), Error);
  fs::remove(directory.path() / "store" / drv.substr(1));
  fs::copy_file(directory.path() / "outside", directory.path() / "store" / drv.substr(1));
  CHECK(read_derivation(directory.path() / "store", drv).outputs.empty());
}

TEST_CASE("a derivation exists only when the store says so too") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  world.runtime().run(world.evaluator().admit(std::move(evaluated)));
  const std::string half = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-half.drv";
  std::ofstream(world.store() / half.substr(1)) << "Derive([],[],[],\"\",\"\",[],[])";
  CHECK_FALSE(exists(world, half));
  CHECK_FALSE(exists(world, "/etc/passwd"));
}

TEST_CASE("what a killed process left behind is swept, what lives is not") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> living = world.evaluate({"app"});
  fs::create_directories(world.scratch() / "eval-dead00/store/nix");
  {
    coro::Pool pool(1);
    const NixEvaluator another(world.evaluator().installation(), world.directory() / "cache", pool);
  }
  CHECK_FALSE(fs::exists(world.scratch() / "eval-dead00"));
  world.runtime().run(world.evaluator().admit(std::move(living)));
}

TEST_CASE("(by another test) plans in the store of the environment" * doctest::skip()) {
  World world(std::getenv("EKA_TEST_STORE"));
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app", "src = ./.;") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  CHECK_FALSE(exists(world, drv));
  world.runtime().run(world.evaluator().admit(std::move(evaluated)));
  CHECK(exists(world, drv));
}

TEST_CASE("an ordinary user plans against a daemon that does not trust him") {
  TemporaryDirectory directory;
  fs::permissions(directory.path(), fs::perms(0755));
  fs::copy_file("/proc/self/exe", directory.path() / "eval_test");
  fs::copy(EKA_EXPRESSIONS_SOURCE, directory.path() / "nix");
  const NixDaemon daemon(directory.path());
  const std::string as_nobody = ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  const std::string said =
      shell("cd / && " + as_nobody + "env -i PATH=\"$PATH\" EKA_EXPRESSIONS=" + (directory.path() / "nix").string() +
            " EKA_TEST_STORE=" + daemon.store() + " " + (directory.path() / "eval_test").string() +
            " --no-skip --test-case='(by another test)*'");
  CAPTURE(said);
  CHECK(said.contains("1 passed"));
}

}  // namespace
}  // namespace eka::eval
