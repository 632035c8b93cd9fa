// An atom cannot see what is evaluated beside it: its derivation would depend on that.
#include <fstream>
#include <utility>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Ways to see the neighbours, or to count them.
constexpr const char* probes[] = {
    "builtins.readDir /nix/store",
    "builtins.readDir \"/nix/store\"",
    "builtins.readDir \"/nix/store/.\"",
    "builtins.readDir \"/nix//store/\"",
    "builtins.readDir ./..",
    "builtins.readDir \"${./.}/..\"",
    "builtins.readDir (dirOf (toString ./.))",
    "builtins.readDir ./up",
    "builtins.readDir ./absolute",
    "builtins.readDir (/. + builtins.storeDir)",
    "builtins.readDir /nix",
    "builtins.readDir /.",
    "builtins.readDir /eka",
    "builtins.readDir /eka/store/nix/store",
    "builtins.readDir /nix/store/../store",
    "builtins.path { path = /nix/store; name = \"x\"; filter = p: t: builtins.trace \"saw ${p}\" true; }",
    "builtins.path { path = /nix/store; name = \"x\"; }",
    "builtins.path { path = ./..; name = \"x\"; }",
    "builtins.filterSource (p: t: builtins.trace \"saw ${p}\" true) /nix/store",
    "builtins.filterSource (p: t: builtins.trace \"saw ${p}\" false) ./up",
    "\"${/nix/store}\"",
    "\"${./..}\"",
    "builtins.fetchGit /nix/store",
    "import /nix/store",
    "builtins.readFile /nix/store",
    "builtins.hashFile \"sha256\" /nix/store",
};

// An atom whose entry files are the probes, and one that says what the store directory is without listing it.
void add_probes(World& world) {
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i < std::size(probes); ++i) {
    files[std::to_string(i) + ".nix"] =
        "{ main = " + derivation_text("seen", std::string("seen = builtins.toJSON (") + probes[i] + ");") + "; }";
  }
  world.add("app", files);
  fs::create_symlink("..", world.tree("app") / "up");
  fs::create_symlink("/nix/store", world.tree("app") / "absolute");
}

Evaluation probing(World& world, std::size_t probe, const std::vector<std::string>& roots) {
  Evaluation evaluation = world.evaluation(roots);
  const auto app = evaluation.closure_json.find("\"app\":{");
  const std::string entry = "\"entry\":\"default.nix\"";
  evaluation.closure_json.replace(evaluation.closure_json.find(entry, app), entry.size(),
                                  "\"entry\":\"" + std::to_string(probe) + ".nix\"");
  return evaluation;
}

void check_probes(World& world) {
  world.add("neighbour", {{"default.nix", "{ main = " + derivation_text("neighbour", "src = ./.;") + "; }"}});
  add_probes(world);
  for (std::size_t i = 0; i < std::size(probes); ++i) {
    CAPTURE(std::string(probes[i]));
    // Where possible, the neighbour is evaluated first, so that its derivation is in the private store, too. Otherwise
    // the engine evaluates each root alone, but the sources of all may be there.
    std::vector<std::string> roots{"app"};
    if (world.evaluator().keeps_roots_apart()) roots.insert(roots.begin(), "neighbour");
    Answered nobody;
    const Answers answers =
        world.runtime().run(world.evaluator().evaluate_each(probing(world, i, roots), std::move(nobody)));
    REQUIRE(answers.roots.size() == roots.size() - 1);
    REQUIRE(answers.failure);
    CAPTURE(answers.failure->message());
    CHECK(answers.failure->kind() == Kind::evaluation);
    CHECK_FALSE(answers.failure->message().contains("neighbour"));
    CHECK_FALSE(answers.failure->message().contains("saw /"));
  }
}

TEST_CASE("an atom cannot list the store, with Landlock") {
  World world;
  check_probes(world);
}

TEST_CASE("an atom cannot list the store, without Landlock") {
  World world({}, false);
  check_probes(world);
}

TEST_CASE("an atom cannot list the store if bwrap binds each file") {
  World world({}, false);
  world.evaluator().set_processes(Processes::own);
  world.add("first", {{"default.nix", "{ main = " + derivation_text("first") + "; }"}});
  // From the first failure to mount the root on, bwrap does it.
  Evaluation evaluation = world.evaluation({"first"});
  evaluation.sources.push_back({.store_path = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x", .on_disk = "/missing"});
  CHECK(world.failure_of(std::move(evaluation)).message().contains("/missing"));
  check_probes(world);
}

TEST_CASE("what an atom learns about the store directory does not depend on its neighbours") {
  const std::string probe =
      "[ (builtins.pathExists /nix/store) (builtins.readFileType /nix/store) (builtins.tryEval "
      "(builtins.pathExists /nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x)).value ]";
  std::vector<std::string> derivations;
  for (const bool together : {false, true}) {
    World world;
    world.add("app",
              {{"default.nix", "{ main = " + derivation_text("app", "seen = builtins.toJSON " + probe + ";") + "; }"}});
    world.add("other", {{"default.nix", "{ main = " + derivation_text("other", "src = ./.;") + "; }"}});
    Answered nobody;
    std::vector<std::string> roots{"app"};
    if (together) roots.insert(roots.begin(), "other");
    const Answers answers =
        world.runtime().run(world.evaluator().evaluate_each(world.evaluation(roots), std::move(nobody)));
    derivations.push_back(answers.roots.size() == roots.size()
                              ? unwrap(Result<Evaluated>(answers.roots.back())).drv_path
                              : answers.failure->message());
  }
  CHECK(derivations[0] == derivations[1]);
}

}  // namespace
}  // namespace eka::eval
