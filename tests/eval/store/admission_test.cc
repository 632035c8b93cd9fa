// Importing derivations from private stores into the real one.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "coro/task/task_group.h"
#include "eval/nix/scratch.h"
#include "eval/store/private_store.h"
#include "tests/eval/nix_daemon.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

bool exists(World& world, const std::string& drv_path) {
  return world.runtime().run(world.evaluator().exists(drv_path));
}

void run_sql(const fs::path& database, const std::string& statements) {
  sqlite3* opened = nullptr;
  CHECK(sqlite3_open(database.c_str(), &opened) == SQLITE_OK);
  CHECK(sqlite3_exec(opened, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(opened);
}

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("imported derivations exist with their sources, and the scratch directories are removed") {
  World world;
  world.add("lib", {{"default.nix", "{ main = " + derivation_text("lib", "src = ./.;") + "; }"}});
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app", "lib = atoms.deps.from.s.lib.main;") + "; }"}},
            compose_nix(), {{"s", {"lib"}}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  CHECK_FALSE(exists(world, drv));
  world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
  CHECK(exists(world, drv));
  const std::string closure = shell("nix-store --store " + world.store().string() + " -qR " + drv);
  CHECK(std::ranges::count(closure, '\n') == 2);  // app, lib, and lib's tree
  shell("nix-store --store " + world.store().string() + " --verify --check-contents");
}

TEST_CASE("nothing can be imported from a store that an evaluator still writes to") {
  World world;
  world.add("shared", {{"default.nix", "{ main = " + derivation_text("shared") + "; }"}});
  const std::vector<std::string> labels{"a", "b"};
  for (const std::string& label : labels) {
    world.add(label,
              {{"default.nix", "{ main = " + derivation_text(label, "x = atoms.deps.from.s.shared.main;") + "; }"}},
              compose_nix(), {{"s", {"shared"}}});
  }
  std::vector<bool> complete;
  Answered answered = [&](std::size_t, const Result<Evaluated>& result) {
    complete.push_back(world.evaluator().is_complete(result.value()));
  };
  Answers answers = world.runtime().run(world.evaluator().evaluate_each(world.evaluation(labels), std::move(answered)));
  CHECK(complete == std::vector<bool>{false, false});
  std::vector<Evaluated> all;
  for (Result<Evaluated>& root : answers.roots) {
    all.push_back(unwrap(std::move(root)));
    CHECK(world.evaluator().is_complete(all.back()));
  }
  REQUIRE(all.size() == 2);
  const std::string last = all.back().drv_path;
  world.runtime().run(world.evaluator().import_derivations(std::move(all)));
  CHECK(exists(world, last));
}

TEST_CASE("separate evaluations are imported together") {
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
  world.runtime().run(world.evaluator().import_derivations(std::move(all)));
  for (const std::string& drv : drvs) CHECK(exists(world, drv));
  shell("nix-store --store " + world.store().string() + " --verify --check-contents");
  const std::string closure = shell("nix-store --store " + world.store().string() + " -qR " + drvs.at(3));
  CHECK(std::ranges::count(closure, '\n') == 2);
}

TEST_CASE("more derivations than fit into a command line are imported") {
  World world;
  world.add("app", {{"default.nix",
                     "{ main = derivation { name = \"all\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; "
                     "all = builtins.genList (i: derivation { name = \"one-" +
                         std::string(190, 'x') +
                         "\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; inherit i; }) 9000; }; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  // All of them by name, like a run over thousands of atoms: each path has 234 bytes.
  std::vector<Evaluated> all;
  for (const auto& input :
       unwrap(Derivation::parse(read_all(world.private_store() / evaluated.at(0).drv_path.substr(1))))
           .input_derivations) {
    all.push_back(evaluated.at(0));
    all.back().drv_path = input.path;
  }
  REQUIRE(all.size() == 9000);
  const std::string last = all.back().drv_path;
  world.runtime().run(world.evaluator().import_derivations(std::move(all)));
  CHECK(exists(world, last));
}

TEST_CASE("altered content is not imported") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  const fs::path file = world.private_store() / drv.substr(1);
  REQUIRE(fs::exists(file));
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file, std::ios::app) << " ";
  CHECK_THROWS_AS(world.runtime().run(world.evaluator().import_derivations(std::move(evaluated))), Error);
  CHECK_FALSE(exists(world, drv));
}

TEST_CASE("a derivation whose content does not match its name is not imported") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  // Like a compromised evaluator: alter the file, and register the correct hash of the altered file.
  const fs::path store = world.private_store();
  const fs::path file = store / drv.substr(1);
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file, std::ios::app) << " ";
  const std::string hash = shell("nix-hash --type sha256 " + file.string());
  const std::string size = shell("nix-store --dump " + file.string() + " | wc -c");
  run_sql(store / "nix/var/nix/db/db.sqlite", "UPDATE ValidPaths SET hash = 'sha256:" + hash.substr(0, 64) +
                                                  "', narSize = " + std::to_string(std::stoul(size)) +
                                                  ", ultimate = 1 WHERE path = '" + drv + "'");
  CHECK_THROWS_AS(world.runtime().run(world.evaluator().import_derivations(std::move(evaluated))), Error);
  CHECK_FALSE(exists(world, drv));
}

TEST_CASE("an invalid private store is rejected") {
  const std::string database = "nix/var/nix/db/db.sqlite";
  const auto refused = [&](const std::string& damage, const std::string& sql = "") {
    World world;
    world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
    std::vector<Evaluated> evaluated = world.evaluate({"app"});
    const std::string drv = evaluated.at(0).drv_path;
    const fs::path outside = world.directory() / "outside";
    std::ofstream(outside) << "untouched";
    if (!sql.empty()) run_sql(world.private_store() / database, sql);
    shell("cd " + world.private_store().string() + " && outside=" + outside.string() + " && " + damage);
    bool thrown = false;
    try {
      world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
    } catch (const Error&) {
      thrown = true;
    }
    CHECK(read_all(outside) == "untouched");
    return thrown && !exists(world, drv);
  };
  CHECK(refused("rm " + database + " && ln -s $outside " + database));
  CHECK(refused("ln -sf $outside " + database + "-wal"));
  CHECK(refused("mv nix/var/nix/db x && ln -s $PWD/x nix/var/nix/db"));
  CHECK(refused("mv nix/store x && ln -s $PWD/x nix/store"));
  CHECK(refused("echo no database >" + database));
  CHECK(refused("true", "UPDATE ValidPaths SET path = '/nix/store/../../etc/passwd'"));
  CHECK(refused("true", "ALTER TABLE ValidPaths RENAME TO Old; CREATE VIEW ValidPaths AS SELECT * FROM Old"));
  // Files that Nix would write through if it opened this store itself.
  CHECK_FALSE(
      refused("rm -rf nix/var/nix/temproots && ln -s $outside nix/var/nix/temproots; "
              "rm -f nix/var/nix/gc.lock && ln -s $outside nix/var/nix/gc.lock"));
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

TEST_CASE("a derivation exists only if it is valid in the store") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
  const std::string half = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-half.drv";
  std::ofstream(world.store() / half.substr(1)) << "Derive([],[],[],\"\",\"\",[],[])";
  CHECK_FALSE(exists(world, half));
  CHECK_FALSE(exists(world, "/etc/passwd"));
}

TEST_CASE("a derivation that the real store has is not copied again") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  world.runtime().run(world.evaluator().import_derivations(world.evaluate({"app"})));
  std::vector<Evaluated> again = world.evaluate({"app"});
  // Copying from it would fail.
  fs::remove_all(static_cast<const Scratch*>(again.at(0).scratch.get())->store() / "nix");
  world.runtime().run(world.evaluator().import_derivations(std::move(again)));
}

TEST_CASE("results in memory and on disk are imported together") {
  World world;
  std::vector<Evaluated> all;
  std::vector<std::string> drvs;
  for (const std::string label : {"small", "large"}) {
    world.add(label, {{"default.nix", "{ main = " + derivation_text(label, "src = ./.;") + "; }"}});
    Evaluation evaluation = world.evaluation({label});
    // More than any machine has in memory.
    if (label == "large") evaluation.limits.store_bytes = std::uint64_t{1} << 50;
    all.push_back(world.runtime().run(world.evaluator().evaluate(std::move(evaluation))).at(0));
    drvs.push_back(all.back().drv_path);
  }
  const auto place = [&](std::size_t i) { return static_cast<const Scratch*>(all[i].scratch.get())->place(); };
  CHECK(place(1) == world.evaluator().places().disk());
  CHECK(place(0) == world.evaluator().places().memory().value_or(place(1)));
  world.runtime().run(world.evaluator().import_derivations(std::move(all)));
  for (const std::string& drv : drvs) CHECK(exists(world, drv));
}

TEST_CASE("leftovers of killed processes are removed, those of running ones are not") {
  World world;
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> living = world.evaluate({"app"});
  std::vector<fs::path> dead{world.evaluator().places().disk() / "eval-dead00"};
  if (const auto& memory = world.evaluator().places().memory()) dead.push_back(*memory / "eval-dead00");
  for (const fs::path& one : dead) fs::create_directories(one / "store/nix");
  {
    coro::Pool pool(1);
    const NixEvaluator another(world.evaluator().installation(), world.directory() / "cache", pool, world.memory());
  }
  for (const fs::path& one : dead) CHECK_FALSE(fs::exists(one));
  world.runtime().run(world.evaluator().import_derivations(std::move(living)));
}

TEST_CASE("(by another test) plans in the store of the environment" * doctest::skip()) {
  World world(std::getenv("EKA_TEST_STORE"));
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app", "src = ./.;") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  CHECK_FALSE(exists(world, drv));
  world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
  CHECK(exists(world, drv));
}

TEST_CASE("an unprivileged user plans with a daemon that does not trust them") {
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
